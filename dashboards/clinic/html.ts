import { escapeMarkup } from '#src/http/markup.ts';

/** Markup that is safe to send as it is. Made by `html` alone. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Content = Html | string | number | null | false | Content[];

/** Tagged template: every value is escaped unless it is `Html` itself; lists are joined, `null` and `false` leave nothing. */
export function html(literals: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(String.raw({ raw: literals }, ...values.map(render)));
}

function render(value: Content): string {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(render).join('');
  return value === null || value === false ? '' : escapeMarkup(String(value));
}
