import type { AttemptPurpose } from '../../domain/attempt.ts';
import type { Language } from '../../domain/language.ts';

/**
 * The default texts: no drug, no diagnosis, no name (lock screens, shared phones). `{{ time }}` is the dose's local time.
 * SMS texts keep to GSM-7 (an "á" would turn 160 characters into 70), so they leave accents out.
 */
interface Template {
  subject: string;
  sms: string;
  text: string;
}

export const TEMPLATES: Record<Language, Record<Exclude<AttemptPurpose, 'message'>, Template>> = {
  es: {
    reminder: {
      subject: 'Es la hora de su medicina ({{ time }})',
      sms: 'Su medicina de las {{ time }}. Responda 1 si ya la tomo, 2 si no la tomo, o abra {{ link }}',
      text: 'Es la hora de su medicina de las {{ time }}. Cuando la haya tomado, confírmelo aquí: {{ link }}',
    },
    caregiver: {
      subject: 'Recordatorio sin respuesta ({{ time }})',
      sms: 'La persona que usted cuida no ha confirmado su medicina de las {{ time }}. Si la tomo, abra {{ link }}',
      text: 'La persona que usted cuida no ha confirmado su medicina de las {{ time }}. Si la tomó, confírmelo aquí: {{ link }}',
    },
    escalation: {
      subject: 'dosebell: caso abierto por una dosis de las {{ time }}',
      sms: 'dosebell: caso abierto por una dosis sin confirmar de las {{ time }}. Vea {{ link }}',
      text: 'Hay un caso abierto por una dosis sin confirmar de las {{ time }}. Véalo aquí: {{ link }}',
    },
  },
  en: {
    reminder: {
      subject: 'Time for your medicine ({{ time }})',
      sms: 'Your {{ time }} medicine. Reply 1 if you took it, 2 if you did not, or open {{ link }}',
      text: 'It is time for your {{ time }} medicine. When you have taken it, confirm here: {{ link }}',
    },
    caregiver: {
      subject: 'A reminder without an answer ({{ time }})',
      sms: 'The person you care for has not confirmed the {{ time }} medicine. If it was taken, open {{ link }}',
      text: 'The person you care for has not confirmed the {{ time }} medicine. If it was taken, confirm here: {{ link }}',
    },
    escalation: {
      subject: 'dosebell: a case is open for a {{ time }} dose',
      sms: 'dosebell: a case is open for an unconfirmed {{ time }} dose. See {{ link }}',
      text: 'A case is open for an unconfirmed {{ time }} dose. See it here: {{ link }}',
    },
  },
  pt: {
    reminder: {
      subject: 'Hora do seu remédio ({{ time }})',
      sms: 'Seu remedio das {{ time }}. Responda 1 se ja tomou, 2 se nao tomou, ou abra {{ link }}',
      text: 'É hora do seu remédio das {{ time }}. Quando o tiver tomado, confirme aqui: {{ link }}',
    },
    caregiver: {
      subject: 'Lembrete sem resposta ({{ time }})',
      sms: 'A pessoa de quem cuida nao confirmou o remedio das {{ time }}. Se ja tomou, abra {{ link }}',
      text: 'A pessoa de quem você cuida não confirmou o remédio das {{ time }}. Se já tomou, confirme aqui: {{ link }}',
    },
    escalation: {
      subject: 'dosebell: caso aberto por uma dose das {{ time }}',
      sms: 'dosebell: caso aberto por uma dose nao confirmada das {{ time }}. Veja {{ link }}',
      text: 'Há um caso aberto por uma dose não confirmada das {{ time }}. Veja aqui: {{ link }}',
    },
  },
};
