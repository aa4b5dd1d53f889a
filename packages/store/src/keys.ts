import { type Priority, priorities } from '@reprice/pricing';

/** What a key needs to know: all keys of one namespace and partition share a hash tag, so that one script's keys lie in one slot. */
export interface KeySpace {
  /** `reprice` in production; tests take their own. */
  readonly namespace: string;
  readonly partition: number;
}

/** The names of all keys that the store writes. Nothing else builds a key. */
export class Keys {
  readonly prefix: string;

  constructor(space: KeySpace) {
    this.prefix = `{${space.namespace}:${space.partition}}:`;
  }

  /** string (snapshot-text.ts). Written by observe.lua, read by load.lua. No TTL. */
  snapshot = (sku: string): string => `${this.prefix}sku:${sku}`;
  /** hash, the fields of a price, and `decision` (see history). Written by publish.lua, read by the API. No TTL. */
  price = (sku: string): string => `${this.prefix}price:${sku}`;
  /** Pattern by which SCAN finds the prices of all SKUs. */
  everyPrice = (): string => `${this.price('').replace(/[[\]*?\\]/g, '\\$&')}*`;
  /**
   * list, newest first: past revisions `revision\tprice\tcurrency\tsource\tpricedAt\tbatchId\tdecision`. Written by publish.lua. No TTL,
   * 100 entries. `decision`, also a field of the price: place of the decision in the results of its batch, or of a price that a person made
   * `date.place`, its place in manualDecisions.
   */
  history = (sku: string): string => `${this.prefix}history:${sku}`;
  /** string `currency past`: prices that were live in the last 7 days, as far as they may still limit the next (past-prices.ts). Written by publish.lua. TTL 8 days. */
  rolling = (sku: string): string => `${this.prefix}rolling:${sku}`;
  /** list of result chunks (result-chunk.ts): what people published on a day (UTC, 2026-11-21). TTL 30 days. */
  manualDecisions = (date: string): string => `${this.prefix}manual-decisions:${date}`;
  /**
   * stream: `chunk`, one result chunk (result-chunk.ts) a publish; a group a sink. Written by announce.lua. The newest ~5,000: 125,000 prices;
   * with sinks what they have not had as well, up to changesKeep.
   */
  changes = (): string => `${this.prefix}changes`;
  /** string: entries that the stream of changes holds at most while sinks are registered. Written by register-sink.lua, forget-sink.lua. No TTL. */
  changesKeep = (): string => `${this.prefix}changes:keep`;

  /** hash name of a sink -> its settings as JSON: those that were saved over the API. Written by sinks.ts. No TTL. */
  sinks = (): string => `${this.prefix}sinks`;
  /** set of names: the sinks that the stream of changes is kept for. Written by register-sink.lua, forget-sink.lua. No TTL. */
  sinksRegistered = (): string => `${this.prefix}sinks:registered`;
  /** set of names: registered sinks that every sinks process left out for a while. Written by remove-sink.lua, take-changes.lua, forget-sink.lua. No TTL. */
  sinksRemoved = (): string => `${this.prefix}sinks:removed`;
  /** hash: what a sink is, its state and its counters (sink-record.ts). Written by the scripts of sinks. No TTL. */
  sink = (name: string): string => `${this.prefix}sink:${name}`;
  /** string: id of the process that delivers to it. Written by take-changes.lua, leave-sink.lua. TTL some seconds. */
  sinkLease = (name: string): string => `${this.prefix}sink:${name}:lease`;
  /** hash id of an entry -> attempts that failed. Written by sink-reader.ts, acknowledge-changes.lua, bury-change.lua. No TTL, open entries only. */
  sinkAttempts = (name: string): string => `${this.prefix}sink:${name}:attempts`;
  /** stream of dead letters (dead-letter.ts). Written by bury-change.lua, finish-resync-page.lua, sink-reader.ts. The newest 100,000. */
  sinkDead = (name: string): string => `${this.prefix}sink:${name}:dead`;
  /** string: the page of a resync that is delivered now, as JSON (sink-reader.ts). Written by put-resync-page.lua, finish-resync-page.lua. No TTL. */
  sinkPage = (name: string): string => `${this.prefix}sink:${name}:page`;
  /** hash of a minute: attempts, errors, `ms:<bucket>` (sink-windows.ts). Written by sink-windows.ts. TTL 2 h. */
  sinkWindow = (name: string, minute: number): string => `${this.prefix}sink:${name}:window:${minute}`;
  /** hash sku -> `atMs`, and a line `name revision outcome` a sink: what not all sinks took at the same price (sink-parity.ts). Written by compare-sinks.lua. No TTL, 200,000 at most. */
  sinksParity = (): string => `${this.prefix}sinks:parity`;
  /** hash sinceMs, compared, same, notFollowed. Written by compare-sinks.lua. No TTL. */
  sinksParityCounts = (): string => `${this.prefix}sinks:parity:counts`;
  /** What compare-sinks.lua needs. */
  parityOfSinks = (): string[] => [
    this.sinksRegistered(),
    this.sinksRemoved(),
    this.sinksParity(),
    this.sinksParityCounts(),
  ];
  /** Every key of one sink, the hash first. */
  partsOfSink = (name: string): string[] => [
    this.sink(name),
    this.sinkLease(name),
    this.sinkAttempts(name),
    this.sinkDead(name),
    this.sinkPage(name),
  ];

  /** hash strategy -> `version\tsinceMs`: by what prices are made. Written by agree-policies.lua, read by merge.lua. No TTL. */
  policies = (): string => `${this.prefix}policies`;
  /** hash process id of a worker -> `strategy=version\t…`, by which it prices; `@leftAtMs\t` before it once it has left. Written by agree-policies.lua. An entry a live worker. */
  policiesOfWorkers = (): string => `${this.prefix}policies:workers`;

  /** string `markedAtMs\tsnapshotAtMs\tlearned\tbody`: what a change is measured against, and the age that was learned (merge.lua). Written by merge.lua. TTL 7 days. */
  basis = (sku: string): string => `${this.prefix}basis:${sku}`;
  /** zset sku -> when it is due, ms: the SKUs of a priority that observations moved. Written by merge.lua, take.lua, land.lua, put-back.lua. No TTL. */
  dirty = (priority: Priority): string => `${this.prefix}dirty:${priority}`;
  /** The dirty sets, the most urgent first. */
  dirtySets = (): string[] => priorities.map(this.dirty);
  /** zset sku -> until when it is not taken again, ms. Written by take.lua. Seconds an entry, or until the next take. */
  dirtyCalm = (): string => `${this.prefix}dirty:calm`;
  /** hash sku -> `urgency batch.ordinal takenAtMs` of its newest job, until that is done. Written by take.lua, land.lua, put-back.lua. No TTL. */
  dirtyInFlight = (): string => `${this.prefix}dirty:in-flight`;
  /** hash job id -> `priority\ttakenAtMs\tstrategy\tsku\t…` of packs until their jobs are in the queue. Written by take.lua, dirty-set.ts. No TTL. */
  dirtyPacks = (): string => `${this.prefix}dirty:packs`;

  /** hash feed -> its state as JSON (feeds.ts), its checkpoint among it. Written by report-feed.lua, feeds.ts. No TTL. */
  feeds = (): string => `${this.prefix}feeds`;
  /**
   * hash feed -> until when what it brought counts as in sync, ms of Redis' clock. Past that, or 0: what observations moved waits (feeds-behind.lua). Feeds
   * that keep nothing back have no field. Written as the feeds. No TTL: a feed that nobody runs goes on keeping prices back until it is forgotten.
   */
  feedsInSync = (): string => `${this.prefix}feeds:in-sync`;
  /** string: token of the process that runs a feed. Written by report-feed.lua, leave-feed.lua. TTL some seconds. */
  feedLease = (name: string): string => `${this.prefix}feeds:lease:${name}`;

  /** zset of batch ids, all scores 0: ids sort by time. Batches only, no jobs of the small door. Written by batches.ts. */
  batches = (): string => `${this.prefix}batches`;
  /** set of batch ids (no jobs) that are received or run, or were a moment ago. Written by batches.ts, revive.lua, forget-under-way.lua. */
  underWay = (): string => `${this.prefix}batches:under-way`;
  /** set of batch ids whose packs are not all in the queue yet. Written by commit.lua and batches.ts. */
  enqueueing = (): string => `${this.prefix}enqueueing`;
  /** set of ids of cancelled batches whose jobs may still be in the queue. Written by cancel.lua and batches.ts. */
  cancelling = (): string => `${this.prefix}cancelling`;
  /**
   * string `claim\ttoken` while a request with this Idempotency-Key is under way (TTL 3 s, renewed), then `done\trequestHash\tbatchId` and
   * `\ttold` once a resend was told of it (24 h). Written by claim.lua, commit.lua, release-claim.lua, abandon.lua.
   */
  idempotency = (keyHash: string): string => `${this.prefix}idempotency:${keyHash}`;
  /** hash, see batch-record.ts. TTL: 1 h after the last line while receiving, 30 days once done. */
  batch = (id: string): string => `${this.prefix}batch:${id}`;
  /** bitmap, one bit a row of the batch. Written by publish.lua, fail.lua and revive.lua. TTL as the batch. */
  settled = (id: string): string => `${this.prefix}batch:${id}:settled`;
  /** list of staged packs as JSON until they are in the queue. TTL as the batch. */
  packs = (id: string): string => `${this.prefix}batch:${id}:packs`;
  /** list of result chunks (result-chunk.ts). Written by publish.lua. TTL as the batch. */
  results = (id: string): string => `${this.prefix}batch:${id}:results`;
  /** hash ordinal -> `jobId\tfailure as JSON`. Written by fail.lua and revive.lua. TTL as the batch. */
  failed = (id: string): string => `${this.prefix}batch:${id}:failed`;
  /** list of rejected lines as JSON, 100,000 at most. Written by batches.ts. TTL as the batch. */
  rejections = (id: string): string => `${this.prefix}batch:${id}:rejections`;
  /** hash sku -> snapshot of a dry run, which keeps its snapshots to itself. TTL as the batch. */
  trial = (id: string): string => `${this.prefix}batch:${id}:trial`;
  /** Every key of a batch but its hash, in the order in which commit.lua takes them. */
  partsOf = (id: string): string[] => [
    this.packs(id),
    this.settled(id),
    this.results(id),
    this.failed(id),
    this.rejections(id),
    this.trial(id),
  ];
  /** zset process id -> its last sign of life, ms of Redis' clock. Written by heartbeat.lua and processes.ts. A minute an entry. */
  processes = (): string => `${this.prefix}processes`;
  /** hash process id -> `sinceMs\tkind\thost\tpid`. Written as the processes. */
  processInfo = (): string => `${this.prefix}processes:info`;
  /** channel that a process listens on all its life; nothing is ever said there. */
  processPresence = (id: string): string => `${this.prefix}process:${id}`;
  /** string `stallsSeen\tcrashes\tprocessId` of a job that runs, or has stalled. Written by start-run.lua, end-run.lua, end-runs.lua and runs.ts. TTL 1 day. */
  run = (jobId: string): string => `${this.prefix}run:${jobId}`;
  /** string `jobId\tprocessId`: the one suspect that runs. Written by start-run.lua, end-run.lua. TTL 2 minutes. */
  suspect = (): string => `${this.prefix}suspect`;
  /** channel: the id of a batch at the moment its last row is settled. */
  batchDone = (): string => `${this.prefix}batch-done`;

  /** hash job id -> what the job was and why it failed (failed-jobs.ts). Written by fail.lua, revive.lua and prune-failed.lua. 30 days an entry. */
  failedJobs = (): string => `${this.prefix}failed-jobs`;
  /** zset job id -> when it failed, µs since 1970 of Redis' clock, each once. Written as failed-jobs. */
  failedJobsAt = (): string => `${this.prefix}failed-jobs:at`;
  /** hash reason -> how many failed jobs have it. Written as failed-jobs. */
  failedReasons = (): string => `${this.prefix}failed-jobs:reasons`;
  /** hash `jobId#replays` -> the job as JSON, from its replay until it is in the queue. Written by revive.lua and failed-jobs.ts. */
  replaying = (): string => `${this.prefix}replaying`;

  /**
   * hash: dailyNanoUsd, rpm, tpm, configured:<name>, learnedRpm, learnedRpmAtMs, learnedTpm, learnedTpmAtMs, and of the ledger epoch, sequence, vouchedEpoch.
   * Written by ledger.lua, admit.lua, learn.lua, reconcile.lua and admission.ts. No TTL.
   */
  limits = (): string => `${this.prefix}limits`;
  /** hash: slots (request-rate.lua), the breaker (breaker.lua), restUntilMs. Written by admit.lua, settle.lua, rest.lua. TTL 1 day. */
  rate = (): string => `${this.prefix}rate`;
  /** hash: tokens of the minute by half second (token-window.lua). Written by admit.lua, send.lua, settle.lua. TTL 1 day. */
  tokens = (): string => `${this.prefix}tokens`;
  /** hash: spentNanoUsd, reservedNanoUsd, unsettledNanoUsd, overNanoUsd, closed, closedAtMs, granted:<process>. Written by the scripts of admission. TTL 40 days. */
  budget = (date: string): string => `${this.prefix}budget:${date}`;
  /** hash reservation id -> reservation (reservation.lua). Written by admit.lua, send.lua, settle.lua, ledger.lua. TTL 40 days. */
  reservations = (date: string): string => `${this.prefix}reservations:${date}`;
  /** zset reservation id -> when its lease runs out, ms. Written as the reservations. TTL 40 days. */
  reservationExpiry = (date: string): string => `${this.prefix}reservations:${date}:expiry`;
  /** hash reservation id -> `costNanoUsd:expiredAtMs` of calls that were sent and never settled. Written by ledger.lua, settle.lua. TTL 40 days. */
  unsettled = (date: string): string => `${this.prefix}unsettled:${date}`;

  /** string: a price that waits for a person, as JSON (held.ts). Written by hold.lua, publish-manual.lua, reject.lua. 30 days. */
  heldPrice = (sku: string): string => `${this.prefix}held:${sku}`;
  /** zset sku -> when its price was held, ms. Written as the held prices. */
  held = (): string => `${this.prefix}held`;

  /** string: requests that an API key made in this minute, of its name. Written by rate-limit-redis. TTL 1 minute. */
  apiRequests = (name: string): string => `${this.prefix}api-requests:${name}`;

  /** hash date, table (rate-table.ts of pricing, as JSON), by, setAtMs: the exchange rates that were set last. Written by set-rates.lua. No TTL. */
  rates = (): string => `${this.prefix}rates`;

  /** hash sinceMs, reason, by while publishing is frozen. Written by freeze.ts, read by admit.lua and publish.lua. No TTL. */
  freeze = (): string => `${this.prefix}freeze`;

  /** hash, the fields of a canary (routes.ts, canary.ts of pricing). Written by change-routes.lua, read by note-routes.lua, publish.lua, hold.lua, publish-manual.lua, merge.lua. No TTL. */
  routes = (): string => `${this.prefix}routes`;
  /** hash of both routes' counters (route-tally.ts) in two minutes: `s:…` stable's, `<canary id>:…`. Written by note-routes.lua. TTL 2 h. */
  routeWindow = (number: number): string => `${this.prefix}routes:window:${number}`;
  /** hash of both routes' counters since a canary began: `s:…` and `c:…`. Written by note-routes.lua. TTL 40 days. */
  routeLife = (canaryId: string): string => `${this.prefix}routes:life:${canaryId}`;
  /**
   * hash of what came of a shadow: counters `s:…` and `c:…` (route-tally.ts) of the calls beside each other, `d:<step>` differences (parity.ts),
   * `skipped:<reason>` SKUs, firstMs, lastMs. Written by record-shadow.lua. TTL 40 days.
   */
  shadow = (id: string): string => `${this.prefix}shadow:${id}`;
  /** zset sku -> how far its prices lay apart at most, in steps: the 20 worst. Written as the shadow. TTL 40 days. */
  shadowWorst = (id: string): string => `${this.prefix}shadow:${id}:worst`;
  /** hash sku -> that comparison as JSON (shadows.ts). Written as the zset. */
  shadowWorstOf = (id: string): string => `${this.prefix}shadow:${id}:worst:of`;
  /** string: the version of the canary that somebody judges in this second. Written by routes.ts. TTL 0.9 s. */
  routeJudge = (): string => `${this.prefix}routes:judge`;

  /** hash of what all workers counted in a minute (stats-counts.ts), and `flush:<process>`. Written by count.lua. TTL 25 h. */
  stats = (minute: number): string => `${this.prefix}stats:${minute}`;
  /** hash priced, sent, tokens of a second. Written by count.lua. TTL 2 minutes. */
  statsSecond = (second: number): string => `${this.prefix}stats:second:${second}`;
  /** zset sku -> size of its largest change today, per cent: the 20 largest. Written by count.lua. TTL 2 days. */
  topChanges = (date: string): string => `${this.prefix}top-changes:${date}`;
  /** hash sku -> that change as JSON (stats-counts.ts). Written as the zset. */
  topChangesOf = (date: string): string => `${this.prefix}top-changes:${date}:of`;
  /** hash `["strategy","model","figure"…]` -> sum of a budget day (worth.ts): models against the rules engine. Written by count.lua. TTL 100 days. */
  worth = (date: string): string => `${this.prefix}worth:${date}`;

  /** hash of a thing of a source, such as a variant of a shop: its SKU and its stock by place (source-stock.lua, the one that writes it). No TTL once its SKU is known. */
  sourceItem = (source: string, id: string): string => `${this.prefix}source:${source}:item:${id}`;
  /** string: the one place of which a source ever told a level, '' = there were several. Written by source-stock.lua. No TTL. */
  sourcePlace = (source: string): string => `${this.prefix}source:${source}:place`;
  /** hash id of a source's own -> the SKUs behind it, a line each. Written by learn-aliases.lua. No TTL. */
  sourceAliases = (source: string): string => `${this.prefix}source:${source}:skus`;
  /** string: an event of a source that was taken. Written by source-things.ts. TTL 6 h. */
  sourceEvent = (source: string, id: string): string => `${this.prefix}source:${source}:event:${id}`;
  /** hash `source\titems`, `source\tquarantined`: what sources sent in a minute. Written by quarantine.ts. TTL 12 minutes. */
  sourceMinute = (minute: number): string => `${this.prefix}sources:${minute}`;
  /** stream source, reason, detail, excerpt, at (ms): what could not be used. Written by quarantine.ts. The newest ~10,000. */
  quarantine = (): string => `${this.prefix}quarantine`;
  /** hash `source\treason` -> how many were put aside in an hour. Written by quarantine.ts. TTL 25 h. */
  quarantineCounts = (hour: number): string => `${this.prefix}quarantine:${hour}`;
  /** string: somebody told of the alarm of this source. Written by quarantine.ts. TTL 10 minutes. */
  quarantineTold = (source: string): string => `${this.prefix}quarantine:told:${source}`;

  /** hash fingerprint of a gateway key -> `version\tstate\tuntilMs\trefusals\treason`. Written by mark-gateway-key.lua. No TTL. */
  gatewayKeys = (): string => `${this.prefix}gateway-keys`;
  /** hash `<fingerprint>:calls`, `:refused`, `:heldAtMs`. Written by gateway-keys.ts. No TTL. */
  gatewayKeyUses = (): string => `${this.prefix}gateway-keys:uses`;
  /** string: somebody tries this key, whose rest is over. Written by gateway-keys.ts. TTL some seconds. */
  gatewayKeyProbe = (id: string): string => `${this.prefix}gateway-keys:probe:${id}`;

  /** string: Redis took a write. Written by health.ts. TTL 1 minute. */
  health = (): string => `${this.prefix}health`;
}
