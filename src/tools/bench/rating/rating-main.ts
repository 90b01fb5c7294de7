import { measureModel } from './measure-model.js';
import { ratingModels } from './rating-models.js';
import { sampleColumns } from './sample-records.js';

// A process of its own, so that its heap is its own: `node --expose-gc rating-main.js <records>`.
const records = Number(process.argv[2]);
if (!Number.isInteger(records)) throw new Error('node --expose-gc rating-main.js <records>');
const columns = sampleColumns(records);
for (const model of ratingModels()) console.log(JSON.stringify(measureModel(model, columns)));
