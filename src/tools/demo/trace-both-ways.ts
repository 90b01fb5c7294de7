import type { ApiClient } from '../local/api-client.js';
import { projected } from '../local/read-model-progress.js';
import type { Screen } from './screen.js';

interface Lineage {
  readonly nodes: readonly LineageNode[];
  readonly balanced: boolean;
  readonly records?: { readonly items: readonly { readonly id: string }[]; readonly total: number };
}
interface LineageNode {
  readonly kind: string;
  readonly id: string;
  readonly title: string;
  readonly actor: string;
  readonly event: {
    readonly type: string;
    readonly stream: string;
    readonly revision: number;
    readonly position: number;
  };
  readonly details: Readonly<Record<string, unknown>>;
}

/** An invoice line down to its raw lines, then one of those raw lines up to its invoice line again. */
export async function traceBothWays(api: ApiClient, screen: Screen): Promise<void> {
  await projected(api);
  const page = await api.get<{
    items: { invoiceNo: string; invoiceLineNo: number; amount: string; currency: string; account: string }[];
  }>('/v1/invoice-lines', { limit: 1 });
  const line = page.items[0];
  if (line === undefined) {
    screen.line('Nothing was invoiced, so there is nothing to trace.');
    return;
  }
  const id = `${line.invoiceNo}.${line.invoiceLineNo}`;
  screen.line(
    `Invoice ${line.invoiceNo}, line ${line.invoiceLineNo}: ${line.amount} ${line.currency} for ${line.account}`,
  );
  const down = await api.get<Lineage>(`/v1/lineage/invoice-lines/${id}`, { limit: 3 });
  showChain(down, screen);
  screen.line(
    `  ${down.records?.total ?? 0} records in it; their sum, recomputed, ${down.balanced ? 'equals the line exactly' : 'DOES NOT EQUAL THE LINE'}`,
  );
  if (!down.balanced) throw new Error(`The records of invoice line ${id} do not add up to it`);

  const raw = down.nodes.find(({ kind }) => kind === 'RAW_LINE');
  if (raw === undefined) throw new Error(`The lineage of invoice line ${id} reaches no raw line`);
  screen.line(`And back, from raw line ${raw.id}:`);
  const up = await api.get<Lineage>(`/v1/lineage/usage-records/${raw.id}`);
  showChain(up, screen);
  if (!up.nodes.some((node) => node.kind === 'INVOICE_LINE' && node.id === id)) {
    throw new Error(`Raw line ${raw.id} does not lead back to invoice line ${id}`);
  }
  screen.line(`  (${screen.elapsed()} after the demo began)`);
}

function showChain({ nodes }: Lineage, screen: Screen): void {
  for (const { kind, title, event, actor } of nodes.slice(0, 14)) {
    screen.line(`  ${kind.padEnd(17)} ${title.slice(0, 88)}`);
    screen.line(
      `  ${' '.repeat(17)} ${event.type} ${event.stream}@${event.revision}, position ${event.position}, by ${actor}`,
    );
  }
}
