/** A product of the sample: what it is called, what it costs in euros, and its variants. */
export interface Product {
  readonly code: string;
  readonly title: string;
  readonly euros: number;
  /** Cost as a share of the price. */
  readonly costShare: number;
  readonly variants: readonly string[];
}

/** A category of the sample with its products. */
export interface Category {
  readonly name: string;
  readonly code: string;
  readonly supplier: string;
  readonly products: readonly Product[];
}

const sizes = ['S', 'M', 'L', 'XL'];
const shoes = ['39', '40', '41', '42', '43', '44'];
const colours = ['black', 'white', 'sand', 'forest green'];

function product(code: string, title: string, euros: number, costShare: number, variants: readonly string[]): Product {
  return { code, title, euros, costShare, variants };
}

/** What the sample's shop sells. Titles have commas and quotes here and there, as real ones do. */
export const categories: readonly Category[] = [
  {
    name: 'Kitchen',
    code: 'KIT',
    supplier: 'Norrland Home AB',
    products: [
      product('PAN', 'Frying pan, non-stick', 34.9, 0.55, ['20 cm', '24 cm', '28 cm', '32 cm']),
      product('POT', 'Stock pot with lid', 49.9, 0.58, ['3 l', '5 l', '8 l']),
      product('KNF', "Chef's knife, forged", 79, 0.45, ['16 cm', '20 cm', '24 cm']),
      product('BRD', 'Cutting board, oak', 24.5, 0.5, ['small', 'medium', 'large']),
      product('MUG', 'Mug "Good morning"', 9.95, 0.35, colours),
      product('KET', 'Kettle, 1.7 l', 44.9, 0.62, colours),
      product('MIX', 'Hand mixer, 5 speeds', 39.9, 0.66, ['white', 'red']),
    ],
  },
  {
    name: 'Electronics',
    code: 'ELE',
    supplier: 'Shenzhen Brightway Ltd',
    products: [
      product('MON', 'Monitor, QHD, 75 Hz', 229, 0.78, ['24"', '27"', '32"']),
      product('KEY', 'Keyboard, mechanical', 89, 0.6, ['DE', 'US', 'UK', 'FR']),
      product('EAR', 'Earbuds with charging case', 59.9, 0.5, colours),
      product('PWR', 'Power bank', 29.9, 0.55, ['5,000 mAh', '10,000 mAh', '20,000 mAh']),
      product('CBL', 'USB-C cable', 9.9, 0.25, ['0.5 m', '1 m', '2 m', '3 m']),
      product('HUB', 'USB hub, 4 ports', 24.9, 0.52, ['USB-A', 'USB-C']),
      product('SPK', 'Bluetooth speaker', 69, 0.63, colours),
    ],
  },
  {
    name: 'Outdoor',
    code: 'OUT',
    supplier: 'Alpenwerk GmbH',
    products: [
      product('TNT', 'Tent "Fjell", 3 seasons', 249, 0.6, ['1 person', '2 persons', '4 persons']),
      product('BAG', 'Sleeping bag, down', 179, 0.57, ['0 °C', '-5 °C', '-15 °C']),
      product('STV', 'Gas stove, folding', 39.9, 0.48, ['standard', 'with igniter']),
      product('BTL', 'Water bottle, steel', 22.9, 0.4, ['0.5 l', '0.75 l', '1 l']),
      product('LMP', 'Head lamp, 400 lm', 34.9, 0.5, ['black', 'orange']),
      product('PCK', 'Backpack', 119, 0.55, ['25 l', '40 l', '60 l']),
    ],
  },
  {
    name: 'Fashion',
    code: 'FAS',
    supplier: 'Atelier Sul, Lda.',
    products: [
      product('TEE', 'T-shirt, organic cotton', 19.9, 0.35, sizes),
      product('HOD', 'Hoodie, brushed', 49.9, 0.42, sizes),
      product('JNS', 'Jeans, slim', 69.9, 0.45, ['30/32', '32/32', '34/32', '36/34']),
      product('JKT', 'Rain jacket, taped seams', 129, 0.5, sizes),
      product('SNK', 'Sneakers, canvas', 59.9, 0.45, shoes),
      product('SOX', 'Socks, 3 pairs', 12.9, 0.3, ['36-40', '41-45']),
    ],
  },
  {
    name: 'Toys',
    code: 'TOY',
    supplier: 'Holzwurm e.K.',
    products: [
      product('TRN', 'Wooden train, 24 pieces', 39.9, 0.5, ['red', 'blue']),
      product('PUZ', 'Puzzle "World map"', 16.9, 0.4, ['200 pieces', '500 pieces', '1,000 pieces']),
      product('BLK', 'Building blocks', 44.9, 0.52, ['50 pieces', '100 pieces']),
      product('DOL', "Doll's house", 99, 0.55, ['plain', 'furnished']),
      product('KIT', 'Kite, 2 lines', 29.9, 0.45, ['1.3 m', '1.6 m']),
    ],
  },
  {
    name: 'Garden',
    code: 'GAR',
    supplier: 'Green & Sons',
    products: [
      product('HSE', 'Garden hose', 34.9, 0.5, ['10 m', '20 m', '30 m']),
      product('SHR', 'Pruning shears', 27.9, 0.42, ['small', 'large']),
      product('GLV', 'Gloves, leather', 14.9, 0.38, sizes),
      product('LED', 'Solar lights, set of 6', 32.9, 0.47, ['warm', 'cold']),
      product('BBQ', 'Charcoal grill', 149, 0.62, ['47 cm', '57 cm']),
    ],
  },
  {
    name: 'Office',
    code: 'OFF',
    supplier: 'Papeterie Rivoli',
    products: [
      product('NBK', 'Notebook, dotted', 11.9, 0.33, ['A6', 'A5', 'A4']),
      product('PEN', 'Fountain pen', 39, 0.4, ['F', 'M', 'B']),
      product('CHR', 'Office chair, "Ergo 2"', 289, 0.65, ['black', 'grey']),
      product('LMP', 'Desk lamp, dimmable', 54.9, 0.5, ['black', 'white', 'brass']),
      product('ORG', 'Desk organiser', 19.9, 0.4, ['oak', 'walnut']),
    ],
  },
  {
    name: 'Beauty',
    code: 'BEA',
    supplier: 'Laboratoires Azur',
    products: [
      product('SER', 'Face serum, vitamin C', 32.9, 0.3, ['15 ml', '30 ml']),
      product('SUN', 'Sunscreen SPF 50', 18.9, 0.35, ['50 ml', '100 ml', '200 ml']),
      product('SHA', 'Shampoo, solid', 8.9, 0.32, ['lavender', 'mint', 'citrus']),
      product('PRF', 'Eau de parfum "Nuit"', 84, 0.28, ['30 ml', '50 ml', '100 ml']),
      product('BRS', 'Toothbrush, bamboo, 4 pieces', 9.9, 0.3, ['soft', 'medium']),
    ],
  },
];

/** A market of the sample: its currency and what a euro is there. */
export interface Market {
  readonly code: string;
  readonly currency: string;
  readonly perEuro: number;
  /** Decimals of its currency. */
  readonly digits: number;
  /** Typical ends of a price there, in minor units, of a round amount in minor units. */
  readonly round: number;
  readonly ends: readonly number[];
}

/** Where the shop sells, most important first. */
export const markets: readonly Market[] = [
  { code: 'EU', currency: 'EUR', perEuro: 1, digits: 2, round: 100, ends: [99, 95, 90, 50, 0] },
  { code: 'US', currency: 'USD', perEuro: 1.16, digits: 2, round: 100, ends: [99, 99, 95, 0] },
  { code: 'UK', currency: 'GBP', perEuro: 0.87, digits: 2, round: 100, ends: [99, 50, 0] },
  { code: 'JP', currency: 'JPY', perEuro: 176, digits: 0, round: 100, ends: [80, 90, 0] },
  { code: 'BR', currency: 'BRL', perEuro: 6.2, digits: 2, round: 100, ends: [90, 99, 0] },
  { code: 'KW', currency: 'KWD', perEuro: 0.356, digits: 3, round: 1000, ends: [250, 500, 750, 900, 0] },
  { code: 'CH', currency: 'CHF', perEuro: 0.93, digits: 2, round: 100, ends: [90, 95, 0] },
  { code: 'SE', currency: 'SEK', perEuro: 11, digits: 2, round: 100, ends: [0] },
  { code: 'IN', currency: 'INR', perEuro: 103, digits: 2, round: 100, ends: [0] },
];
