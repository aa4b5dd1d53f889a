import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { webhookHeaders } from '../../apps/sinks/src/senders/sender.ts';
import { type Check, noneOf } from './check.ts';

const secret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const body = '{"type":"prices.changed"}';

/** What Standard Webhooks publishes. */
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  seconds: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

function isTaken(known: string, headers: Readonly<Record<string, string>>, sent = body): boolean {
  try {
    new Webhook(known).verify(sent, headers);
    return true;
  } catch {
    return false;
  }
}

export const webhooks: readonly Check[] = [
  {
    id: 'S29',
    what: 'Webhooks are signed',
    how: 'the published vector of Standard Webhooks; each of two secrets in rotation verifies; another secret, a changed body and a message of more than 5 minutes ago do not',
    run() {
      const ofVector = webhookHeaders([vector.secret])(vector.id, vector.body, new Date(vector.seconds * 1000));
      const [newer, older] = [secret(), secret()];
      const sign = webhookHeaders([newer, older]);
      const headers = sign('chg_1', body, new Date());
      const replayed = sign('chg_1', body, new Date(Date.now() - 301_000));
      const faults = {
        'another signature than the vector': ofVector['webhook-signature'] !== vector.signature,
        'the newer secret does not verify': !isTaken(newer, headers),
        'the older secret does not verify': !isTaken(older, headers),
        'another secret verifies': isTaken(secret(), headers),
        'a changed body verifies': isTaken(newer, headers, `${body} `),
        'a message of 301 s ago verifies': isTaken(newer, replayed),
      };
      noneOf(Object.entries(faults).flatMap(([what, isSo]) => (isSo ? [what] : [])));
      return 'the vector, two signatures, replays refused';
    },
  },
];
