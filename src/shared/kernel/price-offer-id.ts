/** A price offer's id is `<plan>.<rateSchedule>.<service>.<currency>`; none of the parts has a dot. */
export function rateScheduleOf(priceOfferId: string): string {
  return priceOfferId.split('.')[1] ?? '';
}

export function serviceOf(priceOfferId: string): string {
  return priceOfferId.split('.')[2] ?? '';
}

export function currencyOf(priceOfferId: string): string {
  return priceOfferId.split('.')[3] ?? '';
}
