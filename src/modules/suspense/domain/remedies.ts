/** What a suspense code means and what brings its records back, for people who look at a group of them. */
export interface CodeMeaning {
  readonly message: string;
  readonly remedy: string;
}

/** The codes of rating, in its own spelling; a code this list does not know still shows, with a general remedy. */
const MEANINGS: Readonly<Record<string, CodeMeaning>> = {
  SERVICE_NOT_FOUND: {
    message: 'The service id belongs to no subscription at the time of the usage.',
    remedy:
      'Feed the service id (account feed, object SERVICE_ID) with a period that holds the usage time; then reprocess.',
  },
  SERVICE_NOT_ACTIVE: {
    message: 'The subscription of the service id was not active at the time of the usage.',
    remedy: 'Correct the status of the subscription or its dates through the account feed; then reprocess.',
  },
  ACCOUNT_NOT_ACTIVE: {
    message: 'The account was not active at the time of the usage.',
    remedy: 'Correct the status of the account or its dates through the account feed; then reprocess.',
  },
  USAGE_TYPE_NOT_FOUND: {
    message: 'The catalog has no such usage type for the service at the time of the usage.',
    remedy: 'Feed the usage type and tie it to the service (catalog feed, USAGE_TYPE and SERVICE); then reprocess.',
  },
  PRICE_OFFER_NOT_FOUND: {
    message: 'The plan and rate schedule of the subscription do not sell this service in this currency.',
    remedy: 'Feed the plan service (catalog feed, object PLAN_SERVICE), put a price on its offer; then reprocess.',
  },
  PRICING_NOT_CONFIGURED: {
    message: 'The price offer is an empty shell, or has no price effective at the time of the usage.',
    remedy: 'Put a price on the offer (PUT /v1/price-offers/{id}/pricing), effective before the usage; then reprocess.',
  },
  NO_MATCHING_RATE: {
    message: 'No charge of the price matches the record.',
    remedy: 'Add a charge to the price whose conditions hold for these records; then reprocess.',
  },
  QUANTITY_NOT_DERIVABLE: {
    message: 'The record does not carry the quantity that the price measures.',
    remedy: 'Make the price measure a quantity that the mapping delivers; then reprocess.',
  },
  CURRENCY_MISMATCH: {
    message: 'The price is in another currency than the account.',
    remedy: 'Give the account a rate schedule in its own currency; then reprocess.',
  },
  BALANCE_EXHAUSTED: {
    message: 'The prepaid balance does not suffice.',
    remedy: 'Top the balance up; then reprocess.',
  },
  RATING_DEFECT: {
    message: 'Rating itself failed on the record: a defect of the program, not of the record.',
    remedy: 'Look up the message in the logs and report it; run a version with the fix; then reprocess.',
  },
};

export function meaningOf(code: string): CodeMeaning {
  return (
    MEANINGS[code] ?? {
      message: `The record was suspended as ${code}.`,
      remedy: 'Remove the cause that the records name; then reprocess.',
    }
  );
}
