import type { Frequency } from '../rule.ts';
import { joinWith, type Phrases } from './phrases.ts';

const DAYS = [
  ...['segunda-feira', 'terça-feira', 'quarta-feira', 'quinta-feira', 'sexta-feira'],
  ...['sábado', 'domingo'],
];
const ON_DAYS = [
  ...['às segundas-feiras', 'às terças-feiras', 'às quartas-feiras', 'às quintas-feiras', 'às sextas-feiras'],
  ...['aos sábados', 'aos domingos'],
];
const MONTHS = [
  ...['janeiro', 'fevereiro', 'março', 'abril', 'maio', 'junho'],
  ...['julho', 'agosto', 'setembro', 'outubro', 'novembro', 'dezembro'],
];
const UNITS: Record<Frequency, [one: string, many: string, of: string]> = {
  YEARLY: ['ano', 'anos', 'do ano'],
  MONTHLY: ['mês', 'meses', 'do mês'],
  WEEKLY: ['semana', 'semanas', 'da semana'],
  DAILY: ['dia', 'dias', 'do dia'],
  HOURLY: ['hora', 'horas', 'da hora'],
  MINUTELY: ['minuto', 'minutos', 'do minuto'],
};
/** Without its last letter, which is the gender: `o` or `a`. */
const ORDINALS: Record<string, string> = {
  1: 'primeir',
  2: 'segund',
  3: 'terceir',
  4: 'quart',
  5: 'quint',
  '-1': 'últim',
  '-2': 'penúltim',
};

const and = joinWith('e');
const plural = (items: unknown[], one: string, many: string) => (items.length === 1 ? one : many);
const months = (list: number[]) => and(list.map((month) => MONTHS[month - 1] as string));
const at = (time: string) => `${time.startsWith('01:') ? 'à' : 'às'} ${time}`;
const numbered = (n: number) => (n > 0 ? `${n}` : ORDINALS[n] ? `${ORDINALS[n]}o` : `${-n} a partir do fim`);

/** "primeira", "20ª", "3ª a partir do fim". */
function place(n: number, gender: 'o' | 'a'): string {
  if (ORDINALS[n]) return `${ORDINALS[n]}${gender}`;
  return `${Math.abs(n)}${gender === 'o' ? 'º' : 'ª'}`;
}

function days(list: number[], of: string): string {
  const [day = 0] = list;
  if (list.length === 1 && day < 0 && ORDINALS[day]) return `no ${ORDINALS[day]}o dia${of}`;
  return `${plural(list, 'no dia', 'nos dias')} ${and(list.map(numbered))}${of}`;
}

export const PT: Phrases = {
  and,
  every: (unit, n) => {
    const [one, many] = UNITS[unit];
    if (n > 1) return `a cada ${n} ${many}`;
    return unit === 'DAILY' ? 'todos os dias' : `a cada ${one}`;
  },
  exactly: (unit, n) =>
    unit === 'hours'
      ? `a cada ${n === 1 ? 'hora exata' : `${n} horas exatas`}`
      : `a cada ${n === 1 ? 'minuto exato' : `${n} minutos exatos`}`,
  weekdays: (list) => {
    if (list.length === 7) return 'todos os dias';
    if (list.join() === '0,1,2,3,4') return 'de segunda a sexta-feira';
    return and(list.map((day) => ON_DAYS[day] as string));
  },
  monthDays: days,
  nthWeekday: (nth, weekday, of) => {
    const gender = weekday < 5 ? 'a' : 'o';
    const fromEnd = nth < 0 && !ORDINALS[nth] ? ' a partir do fim' : '';
    return `n${gender} ${place(nth, gender)} ${DAYS[weekday]}${fromEnd}${of}`;
  },
  ofEachMonth: ' de cada mês',
  ofMonths: (list) => ` de ${months(list)}`,
  ofTheYear: ' do ano',
  yearDays: (list) => days(list, ' do ano'),
  weeks: (list) =>
    `${plural(list, 'na semana', 'nas semanas')} ${and(list.map((n) => (n > 0 ? `${n}` : n === -1 ? 'última' : `${-n} a partir do fim`)))} do ano`,
  inMonths: (list) => `em ${months(list)}`,
  both: ' e ao mesmo tempo ',
  only: (conditions) => `só ${conditions}`,
  times: (list) => (list.length === 1 ? at(list[0] as string) : `às ${and(list)}`),
  clock: ({ hours, minutes, seconds }) =>
    `${PT.minutes(minutes)} ${hours === null ? 'de todas as horas' : `${plural(hours, 'da hora', 'das horas')} ${and(hours)}`}${
      seconds.join() === '00' ? '' : `, ${PT.seconds(seconds)}`
    }`,
  onlyInHours: (list) => `${plural(list, 'na hora', 'nas horas')} ${and(list)}`,
  minutes: (list) => `${plural(list, 'no minuto', 'nos minutos')} ${and(list)}`,
  seconds: (list) => `${plural(list, 'no segundo', 'nos segundos')} ${and(list)}`,
  positions: (list, unit) =>
    `só ${and(list.map((n) => `a ${place(n, 'a')}${n < 0 && !ORDINALS[n] ? ' a partir do fim' : ''}`))} vez ${UNITS[unit][2]}`,
  weekStart: (day) => `com semanas que começam ${day < 5 ? 'na' : 'no'} ${DAYS[day]}`,
  monthEnd: 'nos meses mais curtos, no último dia',
  cycle: (on, off) => `${on} ${on === 1 ? 'dia' : 'dias'} sim e ${off} não`,
  doses: (count) => `${count} ${count === 1 ? 'dose' : 'doses'}`,
  date: (year, month, day) => `${day} de ${MONTHS[month - 1]} de ${year}`,
  on: (date, time) => `em ${date}${time === undefined ? '' : ` ${at(time)}`}`,
  since: (date, time) => `desde ${date}${time === undefined ? '' : ` ${at(time)}`}`,
  until: (date, time) => `até ${date} ${at(time)} inclusive`,
  also: '; além disso, ',
  except: (dates) => `exceto ${dates}`,
  manyDates: (count, first, last) => `em ${count} datas, de ${first} a ${last}`,
  nothing: 'sem doses',
};
