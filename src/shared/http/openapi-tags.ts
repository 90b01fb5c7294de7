/** The chapters of the API's document, in the order of the work. A controller names one in `@ApiTags`. */
export const OPENAPI_TAGS: readonly (readonly [name: string, description: string])[] = [
  ['Feeds', 'What the billing system sends about its catalog and its accounts, and what became of each message.'],
  [
    'Building blocks',
    'What prices and services are built from: currencies, allowances, accumulators, services, units of rate, time and zone.',
  ],
  ['Prices', 'What is sold, as the catalog feed brought it, and the prices that are put on its offers.'],
  ['Accounts', 'Who buys it, as the accounts feed brought it, with balances and sums of usage.'],
  ['Sources and mappings', 'Which systems send usage files, and how the lines of a file are read.'],
  ['Usage files', 'Files come in here; each shows its three phases, its control totals and the lines it lost.'],
  ['Raw usage', 'Every line of every file, exactly as it came, with what became of it.'],
  ['Monetized usage', 'Lines that became money, each with its price version and how its amount came about.'],
  [
    'Monetized non-usage',
    'What is due without usage: activations, recurring charges, true-ups, each with its price version and its reason.',
  ],
  ['Suspense', 'Lines that could not be rated wait here, with the remedy, until they are rated again.'],
  ['Rating runs', 'Work on what is rated already: second passes, ends of billing cycles, rating again.'],
  ['Aggregation', 'Monetized usage is summed up into lines for the billing system and sealed in batches.'],
  ['Billing', 'Batches and their lines on the way to the billing system: sent, acknowledged, refused, in doubt.'],
  ['Invoice lines', 'On which line of which invoice our lines stand, learnt by asking or by webhook.'],
  ['Lineage', 'From a raw line to its invoice line and back, with the event and the actor of every step.'],
  ['Schedules', 'The daily run that aggregates, sends and asks for invoices, one execution per business date.'],
  ['Replays', 'Where every read model stands in the log, and building one anew from it.'],
  ['Commands', 'Everything that anybody ever asked for: who, when, with what, and what came of it.'],
  ['Access', 'API keys and their roles.'],
  ['Health', 'For whoever runs the server: is it alive, is it ready, and its metrics.'],
];
