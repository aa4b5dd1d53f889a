/** `inventory_levels/update` of Shopify, API version 2026-07. */
export const shopifyLevel = {
  inventory_item_id: 49148385,
  location_id: 905684977,
  available: 6,
  updated_at: '2026-11-21T09:30:12-05:00',
  admin_graphql_api_id: 'gid://shopify/InventoryLevel/905684977?inventory_item_id=49148385',
};

/** `products/update` of Shopify, cut to what a product of two variants has. */
export const shopifyProduct = {
  admin_graphql_api_id: 'gid://shopify/Product/6133678309568',
  body_html: '<div>Swarovski crystals</div>',
  created_at: '2026-01-02T18:45:06+00:00',
  handle: 'crystal-necklace',
  id: 6133678309568,
  product_type: 'Jewellery',
  published_at: '2026-01-02T18:45:00+00:00',
  template_suffix: null,
  title: 'Crystal necklace',
  updated_at: '2026-11-21T09:30:13-05:00',
  vendor: 'signature',
  status: 'active',
  published_scope: 'global',
  tags: 'necklace',
  variants: [
    {
      admin_graphql_api_id: 'gid://shopify/ProductVariant/37824068452544',
      barcode: null,
      compare_at_price: '40.00',
      created_at: '2026-01-02T18:45:06+00:00',
      id: 37824068452544,
      inventory_policy: 'deny',
      position: 1,
      price: '33.99',
      product_id: 6133678309568,
      sku: 'NECK-CLEAR',
      taxable: true,
      title: 'Clear',
      updated_at: '2026-11-21T09:30:13-05:00',
      option1: 'Clear',
      option2: null,
      option3: null,
      image_id: null,
      inventory_item_id: 49148385,
      inventory_quantity: 16,
      old_inventory_quantity: 16,
    },
    {
      admin_graphql_api_id: 'gid://shopify/ProductVariant/37824068485312',
      barcode: null,
      compare_at_price: null,
      created_at: '2026-01-02T18:45:06+00:00',
      id: 37824068485312,
      inventory_policy: 'deny',
      position: 2,
      price: '35.99',
      product_id: 6133678309568,
      sku: '',
      taxable: true,
      title: 'Blue',
      updated_at: '2026-10-01T09:30:13-05:00',
      option1: 'Blue',
      option2: null,
      option3: null,
      image_id: null,
      inventory_item_id: 49148386,
      inventory_quantity: 0,
      old_inventory_quantity: 0,
    },
  ],
  options: [{ name: 'Colour', id: 7930, product_id: 6133678309568, position: 1, values: ['Clear', 'Blue'] }],
  images: [],
  image: null,
  variant_gids: [
    { admin_graphql_api_id: 'gid://shopify/ProductVariant/37824068452544', updated_at: '2026-11-21T14:30:13.000Z' },
  ],
};

const offer = (SellerId: string, listing: number, shipping: number, more: object = {}) => ({
  SellerId,
  SubCondition: 'new',
  SellerFeedbackRating: { FeedbackCount: 1250, SellerPositiveFeedbackRating: 98 },
  ShippingTime: { MinimumHours: 0, MaximumHours: 0, AvailabilityType: 'NOW', AvailableDate: '' },
  ListingPrice: { Amount: listing, CurrencyCode: 'USD' },
  Shipping: { Amount: shipping, CurrencyCode: 'USD' },
  IsFulfilledByAmazon: shipping === 0,
  IsBuyBoxWinner: false,
  PrimeInformation: { IsOfferPrime: true, IsOfferNationalPrime: true },
  IsFeaturedMerchant: true,
  ShipsDomestically: true,
  ...more,
});

/** ANY_OFFER_CHANGED of Amazon's SP-API, payload version 1.0, with capitals. */
export const anyOfferChanged = {
  NotificationVersion: '1.0',
  NotificationType: 'ANY_OFFER_CHANGED',
  PayloadVersion: '1.0',
  EventTime: '2026-11-18T14:31:09.305Z',
  NotificationMetadata: {
    ApplicationId: 'amzn1.sellerapps.app.1da85d14-a68d-4ff3-9ff0-df6429e00d9a',
    SubscriptionId: 'e3a059ca-677a-442a-8d39-05b2848971b6',
    PublishTime: '2026-11-18T14:31:09.453Z',
    NotificationId: '23ae41cd-3537-4676-af46-6ee9abf8802e',
  },
  Payload: {
    AnyOfferChangedNotification: {
      SellerId: 'A1EXAMPLEOWN01',
      OfferChangeTrigger: {
        MarketplaceId: 'ATVPDKIKX0DER',
        ASIN: 'B00EXAMPLE01',
        ItemCondition: 'new',
        TimeOfOfferChange: '2026-11-18T14:31:09.116Z',
        OfferChangeType: 'Internal',
      },
      Summary: {
        NumberOfOffers: [{ Condition: 'new', FulfillmentChannel: 'Merchant', OfferCount: 5 }],
        LowestPrices: [
          {
            Condition: 'new',
            FulfillmentChannel: 'Merchant',
            LandedPrice: { Amount: 13.95, CurrencyCode: 'USD' },
            ListingPrice: { Amount: 9.96, CurrencyCode: 'USD' },
            Shipping: { Amount: 3.99, CurrencyCode: 'USD' },
          },
        ],
        ListPrice: { Amount: 59.99, CurrencyCode: 'USD' },
        SalesRankings: [{ ProductCategoryId: 'example_category', Rank: 69143 }],
      },
      Offers: [
        offer('A1EXAMPLEOWN01', 15.27, 0, { IsBuyBoxWinner: true }),
        offer('A2EXAMPLERIVAL', 16.25, 0),
        offer('A3EXAMPLERIVAL', 9.96, 3.99, { ShipsFrom: { Country: 'US', State: 'TX' } }),
        offer('A4EXAMPLESISTER', 8.5, 0),
      ],
    },
  },
};

/** The same in Japan, camel-case as newer notifications are written, with points. */
export const camelOfferChanged = {
  notificationVersion: '1.0',
  notificationType: 'ANY_OFFER_CHANGED',
  payloadVersion: '1.0',
  eventTime: '2026-11-18T14:31:09.305Z',
  notificationMetadata: { notificationId: '33ae41cd-3537-4676-af46-6ee9abf8802e' },
  payload: {
    anyOfferChangedNotification: {
      sellerId: 'A1EXAMPLEOWN01',
      offerChangeTrigger: {
        marketplaceId: 'A1VC38T7YXB528',
        asin: 'B00EXAMPLE02',
        itemCondition: 'new',
        timeOfOfferChange: '2026-11-18T14:31:09.116Z',
      },
      offers: [
        {
          sellerId: 'A5EXAMPLERIVAL',
          subCondition: 'new',
          listingPrice: { amount: 1980, currencyCode: 'JPY' },
          shipping: { amount: 350, currencyCode: 'JPY' },
          points: { pointsNumber: 20 },
        },
      ],
    },
  },
};

/** product.updated of WooCommerce, REST version 3, cut to the first level. */
export const wooProduct = {
  id: 794,
  name: 'Premium Quality',
  slug: 'premium-quality-19',
  permalink: 'https://example.com/product/premium-quality-19/',
  date_created: '2026-03-23T17:01:14',
  date_created_gmt: '2026-03-23T20:01:14',
  date_modified: '2026-11-21T06:01:14',
  date_modified_gmt: '2026-11-21T09:01:14',
  type: 'simple',
  status: 'publish',
  featured: false,
  catalog_visibility: 'visible',
  description: '<p>Pellentesque habitant morbi.</p>\n',
  sku: 'WOO-794',
  price: '19.99',
  regular_price: '21.99',
  sale_price: '19.99',
  on_sale: true,
  purchasable: true,
  total_sales: 0,
  manage_stock: true,
  stock_quantity: 7,
  backorders: 'no',
  stock_status: 'instock',
  parent_id: 0,
  categories: [{ id: 9, name: 'Clothing', slug: 'clothing' }],
  attributes: [],
  variations: [],
  meta_data: [],
};

/** A product feed of Google Merchant Center as a spreadsheet saves it. */
export const googleFeed = [
  'id\ttitle\tdescription\tlink\tcondition\tprice\tavailability\tsale price\tsale price effective date\tcost of goods sold\tauto_pricing_min_price',
  'TEE-1\tGoogle T-shirt\tA "nice" shirt\thttps://example.com/1\tnew\t15.00 GBP\tin_stock\t\t\t8.00 GBP\t11.00 GBP',
  'TV-19\t19" monitor\t\thttps://example.com/2\tnew\t99.90 GBP\tout of stock\t89.90 GBP\t2026-11-20T00:00Z/2026-11-25T00:00Z\t\t',
  'BAD-1\tComma\t\thttps://example.com/3\tnew\t15,00 GBP\tin_stock\t\t\t\t',
  'BAD-2\t"open\t\thttps://example.com/4\tnew\t15.00 GBP\tin_stock\t\t\t\t',
  'BAD-3\tnothing more',
  '"TEE-2"\t"A ""quoted"" one"\t\thttps://example.com/5\tnew\t1500 JPY\tpreorder',
].join('\r\n');

/** "All listings" of Amazon's reports, cut to some columns. */
export const amazonListings = [
  'item-name\tlisting-id\tseller-sku\tprice\tquantity\titem-condition\tasin1\tasin2\tstatus',
  'Crystal necklace\t0119AAAA\tAMZ-NECK\t15.27\t4\t11\tB00EXAMPLE01\t\tActive',
  'Crystal necklace (FBA)\t0119AAAB\tAMZ-NECK-FBA\t15.27\t\t11\tB00EXAMPLE01\t\tActive',
  'No SKU\t0119AAAC\t\t15.27\t\t11\tB00EXAMPLE03\t\tActive',
].join('\n');
