import type { OutboundMessage } from '#channels/channel.ts';

/** A mail, before it is bytes. */
export interface Mail {
  /** The From header's value. */
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  messageId: string;
  headers: Record<string, string>;
}

/**
 * A message as an e-mail. Its Message-ID (RFC 5322 §3.6.4) is made of the attempt id, so that a repeat is the same mail;
 * the id also travels in a header of ours, since SES writes its own Message-ID. Auto-Submitted (RFC 3834) keeps vacation
 * replies away. `from` is the From header's value; `domain` the part after its @.
 */
export function mailOf(message: OutboundMessage, from: string, domain: string): Mail {
  const { attemptId, to, subject, text, link, unsubscribe } = message;
  return {
    from,
    to,
    subject,
    text,
    html: htmlOf(text, subject, link),
    messageId: `<${attemptId}@${domain}>`,
    headers: {
      'X-Dosebell-Attempt': attemptId,
      'Auto-Submitted': 'auto-generated',
      ...(unsubscribe !== undefined && oneClick(unsubscribe)),
    },
  };
}

/** RFC 8058: the reader's mail service stops such mails by a POST of its own, which mail scanners do not make. */
function oneClick(url: string): Record<string, string> {
  return { 'List-Unsubscribe': `<${url}>`, 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
}

/** The text as HTML, its link as a button that is labelled with the subject, which is in the reader's language. */
function htmlOf(text: string, label: string, link: string | undefined): string {
  const words = link === undefined ? text : text.replaceAll(link, '').trim();
  const body = `<p>${escapeHtml(words).replaceAll('\n', '<br>')}</p>`;
  if (link === undefined) return body;
  const style =
    'display:inline-block;padding:12px 24px;border-radius:6px;background:#0b5fff;color:#fff;text-decoration:none';
  return `${body}<p><a href="${escapeHtml(link)}" style="${style}">${escapeHtml(label)}</a></p>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);
}
