/**
 * The usage file of the examples, for the mapping of the examples: one line for each thing that can become of a line.
 * 2 and 3 are calls of the customer of the accounts feed's first example, the second beyond the allowance; 4 is a call of a
 * service id nobody knows yet; 5 came in and 6 is a test, both ignored; 7 has no number of seconds; 8 says 2 again.
 */
export const SAMPLE_FILE = [
  'cdr_id;caller;callee;direction;started;duration;test',
  'c-1;491510000001;4930333444;MO;2026-01-31 10:00:00;62;N',
  'c-2;491510000001;4930333444;MO;2026-01-31 10:05:00;6100;N',
  'c-3;491510000002;4930333444;MO;2026-01-31 11:00:00;7000;N',
  'c-4;491510000001;4930333444;MT;2026-01-31 12:00:00;30;N',
  'c-5;491510000001;4930333444;MO;2026-01-31 12:30:00;5;Y',
  'c-6;491510000001;4930333444;MO;2026-01-31 13:00:00;long;N',
  'c-1;491510000001;4930333444;MO;2026-01-31 10:00:00;62;N',
  '',
].join('\n');
