import type { Frequency } from '../rule.ts';
import { joinWith, type Phrases } from './phrases.ts';

const DAYS = ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo'];
const MONTHS = [
  ...['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio'],
  ...['julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'],
];
const UNITS: Record<Frequency, [one: string, many: string, of: string]> = {
  YEARLY: ['año', 'años', 'del año'],
  MONTHLY: ['mes', 'meses', 'del mes'],
  WEEKLY: ['semana', 'semanas', 'de la semana'],
  DAILY: ['día', 'días', 'del día'],
  HOURLY: ['hora', 'horas', 'de la hora'],
  MINUTELY: ['minuto', 'minutos', 'del minuto'],
};
const ORDINALS: Record<string, string> = {
  1: 'primer',
  2: 'segundo',
  3: 'tercer',
  4: 'cuarto',
  5: 'quinto',
  '-1': 'último',
  '-2': 'penúltimo',
};
const TURNS: Record<string, string> = {
  1: 'la primera',
  2: 'la segunda',
  3: 'la tercera',
  4: 'la cuarta',
  5: 'la quinta',
  '-1': 'la última',
  '-2': 'la penúltima',
};

const and = joinWith('y');
const plural = (items: unknown[], one: string, many: string) => (items.length === 1 ? one : many);
const months = (list: number[]) => and(list.map((month) => MONTHS[month - 1] as string));
const numbered = (n: number) => (n > 0 ? `${n}` : (ORDINALS[n] ?? `${-n} desde el final`));

function days(list: number[], of: string): string {
  const [day] = list;
  if (list.length === 1 && ORDINALS[day as number] && (day as number) < 0)
    return `el ${ORDINALS[day as number]} día${of}`;
  return `${plural(list, 'el día', 'los días')} ${and(list.map(numbered))}${of}`;
}

const at = (time: string) => `${time.startsWith('01:') ? 'a la' : 'a las'} ${time}`;

export const ES: Phrases = {
  and,
  every: (unit, n) => {
    const [one, many] = UNITS[unit];
    if (n > 1) return `cada ${n} ${many}`;
    return unit === 'DAILY' ? 'todos los días' : `cada ${one}`;
  },
  exactly: (unit, n) =>
    unit === 'hours'
      ? `cada ${n === 1 ? 'hora exacta' : `${n} horas exactas`}`
      : `cada ${n === 1 ? 'minuto exacto' : `${n} minutos exactos`}`,
  weekdays: (list) => {
    if (list.length === 7) return 'todos los días';
    if (list.join() === '0,1,2,3,4') return 'de lunes a viernes';
    return `los ${and(list.map((day) => (day < 5 ? (DAYS[day] as string) : `${DAYS[day]}s`)))}`;
  },
  monthDays: days,
  nthWeekday: (nth, weekday, of) => {
    const day = DAYS[weekday];
    if (ORDINALS[nth]) return `el ${ORDINALS[nth]} ${day}${of}`;
    return `el ${day} n.º ${Math.abs(nth)}${nth < 0 ? ' desde el final' : ''}${of}`;
  },
  ofEachMonth: ' de cada mes',
  ofMonths: (list) => ` de ${months(list)}`,
  ofTheYear: ' del año',
  yearDays: (list) => days(list, ' del año'),
  weeks: (list) => `en ${plural(list, 'la semana', 'las semanas')} ${and(list.map(numberedWeek))} del año`,
  inMonths: (list) => `en ${months(list)}`,
  both: ' y a la vez ',
  only: (conditions) => `solo ${conditions}`,
  times: (list) => (list.length === 1 ? at(list[0] as string) : `a las ${and(list)}`),
  clock: ({ hours, minutes, seconds }) =>
    `${ES.minutes(minutes)} de ${hours === null ? 'todas las horas' : `${plural(hours, 'la hora', 'las horas')} ${and(hours)}`}${
      seconds.join() === '00' ? '' : `, ${ES.seconds(seconds)}`
    }`,
  onlyInHours: (list) => `en ${plural(list, 'la hora', 'las horas')} ${and(list)}`,
  minutes: (list) => `en ${plural(list, 'el minuto', 'los minutos')} ${and(list)}`,
  seconds: (list) => `en ${plural(list, 'el segundo', 'los segundos')} ${and(list)}`,
  positions: (list, unit) =>
    `solo ${and(list.map((n) => TURNS[n] ?? `la n.º ${Math.abs(n)}${n < 0 ? ' desde el final' : ''}`))} vez ${UNITS[unit][2]}`,
  weekStart: (day) => `con semanas que empiezan en ${DAYS[day]}`,
  monthEnd: 'en los meses más cortos, el último día',
  cycle: (on, off) => `${on} ${on === 1 ? 'día' : 'días'} sí y ${off} no`,
  doses: (count) => `${count} dosis`,
  date: (year, month, day) => `${day} de ${MONTHS[month - 1]} de ${year}`,
  on: (date, time) => `el ${date}${time === undefined ? '' : ` ${at(time)}`}`,
  since: (date, time) => `desde el ${date}${time === undefined ? '' : ` ${at(time)}`}`,
  until: (date, time) => `hasta el ${date} ${at(time)} inclusive`,
  also: '; además, ',
  except: (dates) => `excepto ${dates}`,
  manyDates: (count, first, last) => `en ${count} fechas, del ${first} al ${last}`,
  nothing: 'sin dosis',
};

function numberedWeek(n: number): string {
  return n > 0 ? `${n}` : n === -1 ? 'última' : `${-n} desde el final`;
}
