import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Principal } from '../../../shared/command-log/recorded-command.js';
import { Allow, Caller } from '../../../shared/http/access.decorators.js';
import { ApiProblems } from '../../../shared/http/problem.dto.js';
import { ProblemException } from '../../../shared/http/problem.js';
import { invalidRequest } from '../../../shared/http/validation.js';
import type { FieldError } from '../../../shared/kernel/refusal.js';
import { CatalogBooks } from '../application/catalog-books.js';
import { missingOfPrice } from '../domain/building-blocks/block-guard.js';
import type { CatalogBook } from '../domain/catalog-book.js';
import { parsePricing } from '../domain/pricing/language/parse-pricing.js';
import type { Pricing } from '../domain/pricing/language/pricing.js';
import { tryPricing } from '../domain/pricing/trial/try-pricing.js';
import { PricingTrialDto } from './price-trial.dto.js';
import { readTrial } from './price-trial.reader.js';
import { TryPricingRequest } from './price-trial.request.dto.js';
import { trialView } from './price-trial.views.js';

/** A price before it is put on anything. */
@ApiTags('Prices')
@Controller('v1/price-offers')
export class PriceTrialController {
  constructor(private readonly books: CatalogBooks) {}

  @Post('try')
  @HttpCode(200)
  @Allow('operator', 'admin')
  @ApiOperation({
    summary: 'Try a price on sample records',
    description:
      'Prices the records of one subscription, one after the other, exactly as rating would, with the building blocks of the catalog, and explains every charge in words. Shows balances and what the billing cycles come to. Nothing is stored.',
  })
  @ApiOkResponse({ type: PricingTrialDto })
  @ApiProblems({
    422: 'The price or a record is wrong; every error is named with its path (`catalog/pricing-invalid`, `request/invalid`).',
  })
  async try(@Caller() caller: Principal, @Body() body: TryPricingRequest): Promise<PricingTrialDto> {
    const trial = readTrial(body);
    if ('errors' in trial) throw invalidRequest(trial.errors);
    const book = await this.books.current(caller.tenant);
    const pricing = readPrice(body.pricing, book);
    const { records, cycles, start } = trial;
    return trialView(tryPricing(pricing, records, { cycles, start, unitsAt: (at) => book.unitsAt(at) }));
  }
}

function readPrice(value: unknown, book: CatalogBook): Pricing {
  const parsed = parsePricing(value);
  if ('errors' in parsed) throw invalid('The price is not one: see each error', parsed.errors);
  const missing = missingOfPrice(book, parsed.pricing);
  if (missing.length > 0) throw invalid('The price does not fit the catalog: see each error', missing);
  return parsed.pricing;
}

function invalid(message: string, errors: readonly FieldError[]): ProblemException {
  return new ProblemException(422, {
    code: 'catalog/pricing-invalid',
    message,
    errors: errors.map(({ path, message: said }) => ({ path: inBody(path), message: said })),
  });
}

function inBody(path: string): string {
  return path === '' ? 'pricing' : `pricing.${path}`;
}
