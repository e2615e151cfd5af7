import { actionsOf } from '#channels/actions.ts';
import type { OutboundMessage } from '#channels/channel.ts';
import { secondsLeft } from '#channels/lifetime.ts';

/** FCM keeps a message four weeks at most. */
const MAX_TTL_SECONDS = 28 * 86_400;

/** The sets of buttons that an app registers at its start (UNNotificationCategory), by whom the message is for. */
const CATEGORY: Partial<Record<OutboundMessage['purpose'], string>> = {
  reminder: 'DOSE_REMINDER',
  caregiver: 'DOSE_CAREGIVER',
};

/**
 * A message in the JSON of FCM HTTP v1 (firebase.google.com/docs/reference/fcm/rest/v1/projects.messages). Repeats of a
 * dose replace each other on the device: Android by `notification.tag`, Apple by `apns-collapse-id`; no Android collapse
 * key, since FCM stores only four per device. Once worthless it is dropped by `ttl` and `apns-expiration`. What can be answered
 * carries its buttons: by category for Apple, with their titles in `data` for Android (docs/push.md).
 */
export function fcmMessage(message: OutboundMessage, now: Date): object {
  const { attemptId, doseId, purpose, token, link, expiresAt } = message;
  const actions = actionsOf(message);
  const category = actions.length > 0 ? CATEGORY[purpose] : undefined;
  return {
    message: {
      token: message.to,
      notification: { title: message.subject, body: message.text },
      data: {
        attemptId,
        doseId,
        purpose,
        ...(token && { token }),
        ...(link && { link }),
        ...(category && { category, actions: JSON.stringify(actions) }),
      },
      android: {
        priority: 'HIGH',
        ttl: `${secondsLeft(expiresAt, now, { least: 0, most: MAX_TTL_SECONDS })}s`,
        notification: { tag: doseId },
      },
      apns: {
        headers: {
          'apns-collapse-id': doseId,
          'apns-expiration': String(Math.floor(expiresAt.getTime() / 1000)),
          'apns-priority': '10',
        },
        // Without a sound an iPhone shows the reminder in silence.
        payload: { aps: { sound: 'default', ...(category && { category, 'mutable-content': 1 }) } },
      },
    },
  };
}
