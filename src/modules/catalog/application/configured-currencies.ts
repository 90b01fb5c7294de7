import type { Currency } from '../../../shared/kernel/money.js';
import type { CatalogBooks } from './catalog-books.js';

/** How money is rounded, as far as the tenant says so; other currencies are rounded as ISO 4217 and custom have it. */
export interface ConfiguredCurrencies {
  /** By code, in force at an instant, as the log stands now. */
  at(tenant: string, instant: number): Promise<readonly Currency[]>;
}

/** Nest token. */
export const CONFIGURED_CURRENCIES = Symbol('ConfiguredCurrencies');

export class CatalogCurrencies implements ConfiguredCurrencies {
  constructor(private readonly books: CatalogBooks) {}

  async at(tenant: string, instant: number): Promise<readonly Currency[]> {
    const { blocks } = await this.books.current(tenant);
    const codes = new Set([...blocks.versions('CURRENCY')].map(({ id }) => id));
    return [...codes].sort().flatMap((code) => {
      const configured = blocks.at('CURRENCY', code, instant);
      if (configured === undefined) return [];
      const { minorUnit, rounding } = configured;
      return [{ code, minorUnit, rounding }];
    });
  }
}
