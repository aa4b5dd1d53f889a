import { parseInstant } from '@reprice/pricing';
import { unwrapped } from './amazon-envelope.ts';
import { landedPrice } from './amazon-money.ts';
import { excerptOf, outlineOf } from './excerpt.ts';
import { idOf, member, objectOf, plainIdOf } from './json-members.ts';
import { Reading } from './reading.ts';
import type { SettingsOf } from './settings.ts';

/** Most competitors of a snapshot; Amazon tells the twenty cheapest offers. */
const mostCompetitors = 100;

/**
 * Reads notifications ANY_OFFER_CHANGED of Amazon's SP-API: the competitors of an ASIN with what a buyer pays them. Offers of one's own are none.
 * Members are taken with a capital and without.
 */
export function readAmazon(payload: unknown, settings: SettingsOf<'amazon'>): Reading {
  const reading = new Reading();
  for (const notification of unwrapped(payload)) readNotification(notification, reading, settings);
  return reading;
}

/** The member of a notification; `Offers` may be written `offers` too, `ASIN` `asin`. */
function of(value: unknown, name: string): unknown {
  const lower = name === 'ASIN' ? 'asin' : (name[0] as string).toLowerCase() + name.slice(1);
  return member(value, name) ?? member(value, lower);
}

function readNotification(notification: unknown, reading: Reading, settings: SettingsOf<'amazon'>): void {
  const type = of(notification, 'NotificationType');
  const isOffers = typeof type === 'string' && /^any_?offer_?changed$/i.test(type);
  if (!isOffers) {
    const detail =
      typeof type === 'string'
        ? `Notifications of type ${type.slice(0, 60)} are not read: subscribe to ANY_OFFER_CHANGED.`
        : 'No notification of the SP-API is to be found in it.';
    const reason = typeof type === 'string' ? 'other-topic' : 'shape';
    reading.quarantineAs({ reason, detail, excerpt: outlineOf(notification) });
    return;
  }
  const change = of(of(notification, 'Payload'), 'AnyOfferChangedNotification');
  const trigger = of(change, 'OfferChangeTrigger');
  const asin = plainIdOf(of(trigger, 'ASIN'));
  const at = of(trigger, 'TimeOfOfferChange') ?? of(notification, 'EventTime');
  const atMs = typeof at === 'string' ? parseInstant(at) : undefined;
  const offers = of(change, 'Offers');
  if (asin === undefined || atMs === undefined || !Array.isArray(offers)) {
    reading.quarantine('shape', 'A changed offer needs ASIN, TimeOfOfferChange and a list of Offers.', notification);
    return;
  }
  const marketplace = idOf(of(trigger, 'MarketplaceId'));
  if (settings.marketplaces !== undefined && !settings.marketplaces.includes(marketplace ?? '')) {
    reading.skip('other-marketplace');
    return;
  }
  const condition = idOf(of(trigger, 'ItemCondition'))?.toLowerCase() ?? settings.condition;
  if (condition !== settings.condition) {
    reading.skip('other-condition');
    return;
  }
  const own = new Set([...settings.ownSellers, idOf(of(change, 'SellerId'))]);
  const competitors = competitorsOf(offers, own, condition, reading);
  const excerpt = excerptOf({ asin, marketplace, condition, offers });
  const observation = { observedAt: new Date(atMs).toISOString(), competitors };
  const known = Object.hasOwn(settings.skus, asin) ? settings.skus[asin] : undefined;
  if (known === undefined) reading.aliased.push({ id: asin, observation, excerpt });
  else for (const sku of [known].flat()) reading.observations.push({ sku, ...observation });
}

/** What buyers pay others for the same condition, the cheapest first. One offer that cannot be read is put aside, the others count. */
function competitorsOf(
  offers: readonly unknown[],
  own: ReadonlySet<string | undefined>,
  condition: string,
  reading: Reading,
) {
  const landed: { price: string; currency: string; minor: number }[] = [];
  for (const offer of offers) {
    const seller = idOf(of(offer, 'SellerId'));
    if (seller === undefined || objectOf(offer) === undefined) {
      reading.quarantine('offer', 'An offer without SellerId: nobody knows whether it is a competitor.', offer);
      continue;
    }
    if (own.has(seller) || isOfAnother(condition, of(offer, 'SubCondition'))) continue;
    const price = landedPrice(of(offer, 'ListingPrice'), of(offer, 'Shipping'), of(offer, 'Points'));
    if ('fault' in price) reading.quarantine('offer', `An offer cannot be read: ${price.fault}.`, offer);
    else landed.push(price);
  }
  landed.sort((a, b) => a.minor - b.minor);
  return landed.slice(0, mostCompetitors).map(({ price, currency }) => ({ price, currency }));
}

/** Whether an offer is for a new thing where `condition` is another one, or the other way round. One without a sub-condition counts as it comes. */
function isOfAnother(condition: string, subCondition: unknown): boolean {
  if (typeof subCondition !== 'string' || subCondition === '') return false;
  return (condition === 'new') !== subCondition.toLowerCase().startsWith('new');
}
