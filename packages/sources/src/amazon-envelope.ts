import { member, objectOf } from './json-members.ts';

/** An envelope in an envelope in an envelope: SQS around SNS around EventBridge is the deepest that occurs. */
const deepest = 5;

/**
 * The notifications in a message: bare, or in what carries it: `Records` of SQS for Lambda, `Messages` of a receive call, one message with a
 * `Body`, `Message` of SNS, `detail` of EventBridge, or a list of any of them. What is none of these is given back as it is.
 */
export function unwrapped(message: unknown, depth = 0): unknown[] {
  if (depth > deepest) return [message];
  if (typeof message === 'string') {
    const parsed = parsedOf(message);
    return parsed === undefined ? [message] : unwrapped(parsed, depth + 1);
  }
  if (Array.isArray(message)) return message.flatMap((one) => unwrapped(one, depth + 1));
  if (objectOf(message) === undefined || isNotification(message)) return [message];
  for (const name of ['Records', 'Messages', 'body', 'Body', 'Message', 'detail']) {
    const inside = member(message, name);
    if (typeof inside === 'string' || (typeof inside === 'object' && inside !== null))
      return unwrapped(inside, depth + 1);
  }
  const sns = objectOf(member(message, 'Sns'));
  return sns === undefined ? [message] : unwrapped(sns, depth + 1);
}

function isNotification(message: unknown): boolean {
  return (member(message, 'NotificationType') ?? member(message, 'notificationType')) !== undefined;
}

function parsedOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
