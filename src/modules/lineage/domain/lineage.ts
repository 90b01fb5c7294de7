/** What a chain is made of, from the bytes that came in to the invoice that went out. */
export const NODE_KINDS = [
  'USAGE_FILE',
  'RAW_LINE',
  'MAPPING_VERSION',
  'USAGE_RECORD',
  'SUSPENSION',
  'REPROCESS',
  'RATING_RUN',
  'MONETIZED_USAGE',
  'PRICE_VERSION',
  'AGGREGATED_USAGE',
  'AGGREGATION_RUN',
  'BILLING_BATCH',
  'INVOICE_LINE',
] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** Where a fact stands in the log; `hash` is its link in the chain of its stream. */
export interface EventReference {
  readonly type: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly id: string;
  readonly hash: string;
}

/** What somebody asked for, that led to a fact. */
export interface CommandReference {
  readonly commandId: string;
  /** Null when the command log does not hold it. */
  readonly name: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
}

/** Who and what made a fact, and when. */
export interface Origin {
  readonly event: EventReference;
  readonly actor: string;
  readonly recordedAt: string;
  /** Null for what a role did of its own, following from an earlier fact. */
  readonly command: CommandReference | null;
}

export interface LineageNode extends Origin {
  /** `<KIND>/<id>`: what edges name. */
  readonly node: string;
  readonly kind: NodeKind;
  readonly id: string;
  /** What it is, in one sentence. */
  readonly title: string;
  /** Its own fields, by kind. */
  readonly details: Readonly<Record<string, unknown>>;
}

export const RELATIONS = [
  'HOLDS',
  'MEDIATED_INTO',
  'SHAPED',
  'SUSPENDED_AS',
  'ASKED_AGAIN_BY',
  'ANSWERED_WITH',
  'MONETIZED_INTO',
  'PRICED',
  'RERATED',
  'CORRECTED_BY',
  'SUMMED_INTO',
  'MADE',
  'SENT_IN',
  'INVOICED_ON',
] as const;
export type Relation = (typeof RELATIONS)[number];

/** Always with the stream: from what was first to what came of it. */
export interface LineageEdge {
  readonly from: string;
  readonly to: string;
  readonly relation: Relation;
}

/**
 * Why a chain goes no further. WAITING: the next run or a person takes it on. UNDER_WAY: Retally is at it. REFUSED:
 * the billing system said no. ENDED: it never goes further, by rule.
 */
export interface OpenEnd {
  /** The node the chain stops at. */
  readonly at: string;
  /** The link that is missing. */
  readonly missing: NodeKind;
  readonly state: 'WAITING' | 'UNDER_WAY' | 'REFUSED' | 'ENDED';
  readonly message: string;
}

export interface LineageRecords {
  /** The rows of this page: monetized records and corrections of such; their nodes are in the graph. */
  readonly items: readonly {
    readonly id: string;
    readonly node: string;
    readonly version: number;
    /** What the row adds to the line. All of them add up to the line's sums, exactly. */
    readonly quantity: string;
    readonly amount: string;
  }[];
  /** All rows of the line or lines, counted. */
  readonly total: number;
  readonly next?: string;
}

export interface Lineage {
  readonly subject: { readonly kind: NodeKind; readonly id: string; readonly node: string };
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly openEnds: readonly OpenEnd[];
  /** Whether every sum that the chain claims was recomputed here and came out equal; the line nodes show the numbers. */
  readonly balanced: boolean;
  /** For lines only. */
  readonly records?: LineageRecords;
}

export function nodeName(kind: NodeKind, id: string): string {
  return `${kind}/${id}`;
}

/** Collects a chain; what is met twice (a file of ten records, a price of a thousand) is one node. */
export class LineageGraph {
  private readonly nodes = new Map<string, LineageNode>();
  private readonly edges = new Map<string, LineageEdge>();
  private readonly ends = new Map<string, OpenEnd>();
  private inBalance = true;

  has(kind: NodeKind, id: string): boolean {
    return this.nodes.has(nodeName(kind, id));
  }

  /** @returns the name that edges use. */
  add(node: Omit<LineageNode, 'node'>): string {
    const name = nodeName(node.kind, node.id);
    if (!this.nodes.has(name)) this.nodes.set(name, { node: name, ...node });
    return name;
  }

  link(from: string, relation: Relation, to: string): void {
    this.edges.set(`${from} ${relation} ${to}`, { from, to, relation });
  }

  /** A correction that changes its group is looked for in both, and may say the same of either. */
  endsAt(end: OpenEnd): void {
    this.ends.set(`${end.at} ${end.missing} ${end.message}`, end);
  }

  outOfBalance(): void {
    this.inBalance = false;
  }

  of(subject: { readonly kind: NodeKind; readonly id: string }, records?: LineageRecords): Lineage {
    return {
      subject: { ...subject, node: nodeName(subject.kind, subject.id) },
      nodes: [...this.nodes.values()].sort((a, b) => NODE_KINDS.indexOf(a.kind) - NODE_KINDS.indexOf(b.kind)),
      edges: [...this.edges.values()],
      openEnds: [...this.ends.values()],
      balanced: this.inBalance,
      ...(records === undefined ? {} : { records }),
    };
  }
}
