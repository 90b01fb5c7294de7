import { amountByHand } from './by-hand.js';
import { compareWithHand } from './measure-model.js';
import { ratingModels } from './rating-models.js';
import { sampleColumns } from './sample-records.js';

const columns = sampleColumns(4000);
const models = ratingModels();

describe('the models of the rating bench', () => {
  it.each(models.map((model) => [model.name, model] as const))('%s: as by hand, record for record', (_, model) => {
    compareWithHand(model, columns);
  });

  it('are told apart: the amounts of one are not those of another', () => {
    const [first] = models;
    if (first === undefined) throw new Error('There are models');
    for (const other of models.slice(1)) {
      expect(() => {
        compareWithHand({ ...first, byHand: other.byHand }, columns);
      }).toThrow('by hand');
    }
  });

  it('print amounts without zeros at the end', () => {
    expect([0, 1, 12_345_000_000, -10_000_000_000, -5_000_000_000].map(amountByHand)).toEqual([
      '0',
      '0.0000000001',
      '1.2345',
      '-1',
      '-0.5',
    ]);
  });
});
