/** What the reasons of observations mean to a person. Each falls back to the code itself. */

/** @type {Readonly<Record<string, string>>} */
const repricing = {
  first: 'seen for the first time',
  strategy: 'another strategy',
  policy: 'another policy or prompt',
  currency: 'another currency',
  price: 'the stated price',
  stock: 'stock',
  'sold-out': 'sold out',
  competitors: 'competitors’ prices',
  cost: 'cost',
  demand: 'demand',
  floor: 'floor',
  ceiling: 'ceiling',
  map: 'minimum advertised price',
  age: 'age of the price',
};

/** @type {Readonly<Record<string, string>>} */
const skipped = {
  unchanged: 'nothing had changed',
  immaterial: 'too little had changed',
  waiting: 'the SKU waited already',
  'priced-meanwhile': 'priced meanwhile',
};

/** @param {string} code */
const plain = (code) => code.replaceAll(/[_-]/g, ' ');

/** Why an observation has its SKU repriced. @param {string} code */
export const repricingWords = (code) => repricing[code] ?? plain(code);

/** Why an observation cost no call. @param {string} code */
export const skippedWords = (code) => skipped[code] ?? plain(code);
