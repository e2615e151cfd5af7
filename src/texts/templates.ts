import type { AttemptPurpose } from '../domain/attempt.ts';
import type { Language } from '../domain/language.ts';

/**
 * The shipped texts: no diagnosis, no name, and the drug only where the tenant wants it named (lock screens, shared phones).
 * `{{ time }}` is the dose's local time. An SMS leaves its accents out where that is cheaper (spelling.ts).
 */
export interface Template {
  subject: string;
  sms: string;
  text: string;
}

/** The texts there are: clinicians are told of a case about what somebody wrote, or a patient nobody can reach, by its own. */
export type TemplateKey = Exclude<AttemptPurpose, 'message'> | 'urgent_case' | 'reply_case' | 'unreachable_case';

export const TEMPLATES: Record<Language, Record<TemplateKey, Template>> = {
  es: {
    reminder: {
      subject: 'Es la hora de su medicina ({{ time }})',
      sms: 'Su medicina{% if medication %} ({{ medication }}){% endif %} de las {{ time }}. Responda 1 si ya la tomó, 2 si no, LUEGO si más tarde. {{ link }}',
      text: 'Es la hora de su medicina{% if medication %} ({{ medication }}){% endif %} de las {{ time }}. Cuando la haya tomado, confírmelo aquí: {{ link }}',
    },
    caregiver: {
      subject: 'Recordatorio sin respuesta ({{ time }})',
      sms: 'La persona que usted cuida no ha confirmado su medicina de las {{ time }}. Si la tomó, abra {{ link }}',
      text: 'La persona que usted cuida no ha confirmado su medicina de las {{ time }}. Si la tomó, confírmelo aquí: {{ link }}',
    },
    escalation: {
      subject: 'dosebell: caso abierto por una dosis de las {{ time }}',
      sms: 'dosebell: caso abierto por una dosis sin confirmar de las {{ time }}. Vea {{ link }}',
      text: 'Hay un caso abierto por una dosis sin confirmar de las {{ time }}. Véalo aquí: {{ link }}',
    },
    urgent_case: {
      subject: 'dosebell: URGENTE, un paciente escribió y pide atención',
      sms: 'dosebell: URGENTE, un paciente escribió y pide atención ahora. Vea {{ link }}',
      text: 'URGENTE: un paciente escribió y pide atención ahora. Véalo aquí: {{ link }}',
    },
    reply_case: {
      subject: 'dosebell: un paciente escribió y pide atención',
      sms: 'dosebell: un paciente escribió y pide atención. Vea {{ link }}',
      text: 'Un paciente escribió y pide atención. Véalo aquí: {{ link }}',
    },
    unreachable_case: {
      subject: 'dosebell: ya no hay cómo avisar a un paciente',
      sms: 'dosebell: ya no hay cómo avisar a un paciente de sus dosis. Vea {{ link }}',
      text: 'Ya no hay cómo avisar a un paciente de sus dosis. Véalo aquí: {{ link }}',
    },
  },
  en: {
    reminder: {
      subject: 'Time for your medicine ({{ time }})',
      sms: 'Your {{ time }} medicine{% if medication %} ({{ medication }}){% endif %}. Reply 1 if you took it, 2 if not, LATER to be reminded again. {{ link }}',
      text: 'It is time for your {{ time }} medicine{% if medication %} ({{ medication }}){% endif %}. When you have taken it, confirm here: {{ link }}',
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
    urgent_case: {
      subject: 'dosebell: URGENT, a patient wrote and needs somebody',
      sms: 'dosebell: URGENT, a patient wrote and needs somebody now. See {{ link }}',
      text: 'URGENT: a patient wrote and needs somebody now. See it here: {{ link }}',
    },
    reply_case: {
      subject: 'dosebell: a patient wrote and needs somebody',
      sms: 'dosebell: a patient wrote and needs somebody. See {{ link }}',
      text: 'A patient wrote and needs somebody. See it here: {{ link }}',
    },
    unreachable_case: {
      subject: 'dosebell: a patient can no longer be reached',
      sms: 'dosebell: a patient can no longer be reminded of doses. See {{ link }}',
      text: 'A patient can no longer be reminded of doses. See it here: {{ link }}',
    },
  },
  pt: {
    reminder: {
      subject: 'Hora do seu remédio ({{ time }})',
      sms: 'Seu remédio{% if medication %} ({{ medication }}){% endif %} das {{ time }}. Responda 1 se já tomou, 2 se não, DEPOIS se mais tarde. {{ link }}',
      text: 'É hora do seu remédio{% if medication %} ({{ medication }}){% endif %} das {{ time }}. Quando o tiver tomado, confirme aqui: {{ link }}',
    },
    caregiver: {
      subject: 'Lembrete sem resposta ({{ time }})',
      sms: 'A pessoa de quem você cuida não confirmou o remédio das {{ time }}. Se já tomou, abra {{ link }}',
      text: 'A pessoa de quem você cuida não confirmou o remédio das {{ time }}. Se já tomou, confirme aqui: {{ link }}',
    },
    escalation: {
      subject: 'dosebell: caso aberto por uma dose das {{ time }}',
      sms: 'dosebell: caso aberto por uma dose não confirmada das {{ time }}. Veja {{ link }}',
      text: 'Há um caso aberto por uma dose não confirmada das {{ time }}. Veja aqui: {{ link }}',
    },
    urgent_case: {
      subject: 'dosebell: URGENTE, um paciente escreveu e pede atenção',
      sms: 'dosebell: URGENTE, um paciente escreveu e pede atenção agora. Veja {{ link }}',
      text: 'URGENTE: um paciente escreveu e pede atenção agora. Veja aqui: {{ link }}',
    },
    reply_case: {
      subject: 'dosebell: um paciente escreveu e pede atenção',
      sms: 'dosebell: um paciente escreveu e pede atenção. Veja {{ link }}',
      text: 'Um paciente escreveu e pede atenção. Veja aqui: {{ link }}',
    },
    unreachable_case: {
      subject: 'dosebell: não há mais como avisar um paciente',
      sms: 'dosebell: não há mais como avisar um paciente das suas doses. Veja {{ link }}',
      text: 'Não há mais como avisar um paciente das suas doses. Veja aqui: {{ link }}',
    },
  },
};
