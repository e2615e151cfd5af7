import type { CarePerson } from '#src/domain/patient.ts';
import type { Behaviour, HospitalPrescription } from './hospital.ts';

export interface City {
  name: string;
  weight: number;
  zone: string;
  locale: string;
  phonePrefix: string;
  phoneDigits: number;
}

const PERU = { zone: 'America/Lima', locale: 'es-PE', phonePrefix: '+519000', phoneDigits: 5 };
const CHILE = { zone: 'America/Santiago', locale: 'es-CL', phonePrefix: '+5690000', phoneDigits: 4 };

export const CITIES: readonly City[] = [
  { name: 'Lima', weight: 44, ...PERU },
  { name: 'Trujillo', weight: 14, ...PERU },
  { name: 'Arequipa', weight: 13, ...PERU },
  { name: 'Cusco', weight: 12, ...PERU },
  { name: 'Santiago', weight: 17, ...CHILE },
];

type Medicine = Omit<HospitalPrescription, 'patient' | 'externalId'>;

const METFORMIN: Medicine = {
  medication: 'Metformina 850 mg',
  instructions: '1 tableta con el desayuno y 1 con la cena',
  times: ['08:00', '20:00'],
  critical: false,
};
const METFORMIN_THRICE: Medicine = {
  medication: 'Metformina 500 mg',
  instructions: '1 tableta con cada comida',
  times: ['08:00', '14:00', '20:00'],
  critical: false,
};
const GLIBENCLAMIDE: Medicine = {
  medication: 'Glibenclamida 5 mg',
  instructions: '1 tableta antes del almuerzo',
  times: ['14:00'],
  critical: false,
  missesInARow: 2,
};
const GLARGINE: Medicine = {
  medication: 'Insulina glargina 100 UI/mL',
  instructions: '18 unidades subcutáneas al acostarse',
  times: ['22:00'],
  critical: true,
};
const LOSARTAN: Medicine = {
  medication: 'Losartán 50 mg',
  instructions: '1 tableta por la mañana',
  times: ['08:00'],
  critical: false,
};
const ENALAPRIL: Medicine = {
  medication: 'Enalapril 10 mg',
  instructions: '1 tableta cada mañana y cada noche',
  times: ['08:00', '20:00'],
  critical: false,
};
const AMLODIPINE: Medicine = {
  medication: 'Amlodipino 5 mg',
  instructions: '1 tableta después del almuerzo',
  times: ['14:00'],
  critical: false,
};
const WARFARIN: Medicine = {
  medication: 'Warfarina 5 mg',
  instructions: '1 tableta por la noche, a la misma hora',
  times: ['20:00'],
  critical: true,
};
const ATORVASTATIN: Medicine = {
  medication: 'Atorvastatina 20 mg',
  instructions: '1 tableta por la noche',
  times: ['21:00'],
  critical: false,
};
const BUDESONIDE: Medicine = {
  medication: 'Budesonida/formoterol 160/4,5 mcg',
  instructions: '2 inhalaciones; enjuagar la boca después',
  times: ['08:00', '20:00'],
  critical: false,
  missesInARow: 2,
};
const SALBUTAMOL: Medicine = {
  medication: 'Salbutamol 100 mcg',
  instructions: '2 inhalaciones con aerocámara',
  times: ['08:00', '14:00', '20:00'],
  critical: false,
};
const MONTELUKAST: Medicine = {
  medication: 'Montelukast 10 mg',
  instructions: '1 tableta por la noche',
  times: ['21:00'],
  critical: false,
};

/** What a patient may have, with how often. */
export const CONDITIONS: readonly { weight: number; medicines: Medicine[] }[] = [
  { weight: 10, medicines: [METFORMIN] },
  { weight: 12, medicines: [METFORMIN_THRICE] },
  { weight: 9, medicines: [METFORMIN, GLIBENCLAMIDE] },
  { weight: 8, medicines: [METFORMIN, GLARGINE] },
  { weight: 5, medicines: [GLIBENCLAMIDE, GLARGINE] },
  { weight: 8, medicines: [LOSARTAN] },
  { weight: 9, medicines: [ENALAPRIL] },
  { weight: 14, medicines: [LOSARTAN, AMLODIPINE] },
  { weight: 5, medicines: [LOSARTAN, WARFARIN] },
  { weight: 9, medicines: [LOSARTAN, ATORVASTATIN] },
  { weight: 4, medicines: [METFORMIN, AMLODIPINE] },
  { weight: 8, medicines: [BUDESONIDE] },
  { weight: 6, medicines: [BUDESONIDE, MONTELUKAST] },
  { weight: 6, medicines: [SALBUTAMOL] },
];

/** What the patients that answer by SMS write. */
export const REPLIES: Partial<Record<Behaviour, readonly string[]>> = {
  sms_taken: ['1', 'sí', 'ya la tomé'],
  dead_push_then_sms: ['1', 'sí', 'ya la tomé'],
  sms_skipped: ['2', 'no'],
};

const clinician = (name: string, mailbox: string): CarePerson => ({
  name,
  contacts: [{ kind: 'email', value: `${mailbox}@example.org` }],
});
export const CLINICIANS: readonly CarePerson[] = [
  clinician('Dra. Illari Sotomarca', 'dra.sotomarca'),
  clinician('Dr. Fermín Quilcate', 'dr.quilcate'),
  clinician('Dra. Amaru Valdelomar', 'dra.valdelomar'),
  clinician('Dr. Nahuel Riquelvar', 'dr.riquelvar'),
  clinician('Lic. Sayani Orcopata', 'lic.orcopata'),
];

export const GIVEN: readonly string[] = [
  'Ana',
  'Rosa',
  'Luz',
  'Carmen',
  'Elena',
  'Marisol',
  'Yolanda',
  'Nélida',
  'Sumaq',
  'Killa',
  'Inés',
  'Pilar',
  'Julio',
  'César',
  'Víctor',
  'Andrés',
  'Óscar',
  'Hugo',
  'Wayra',
  'Inti',
  'Mateo',
  'Ramiro',
  'Eusebio',
  'Teófilo',
];

/** Made up, of familiar syllables. */
export const SURNAMES: readonly string[] = [
  'Quispemayta',
  'Huamanchea',
  'Condorpoma',
  'Mamanquri',
  'Villacorda',
  'Rojasolo',
  'Cusipuma',
  'Paredesma',
  'Sotoverde',
  'Yupanmarca',
  'Aranguiza',
  'Fuentealta',
  'Tapiarosa',
  'Ñahuincopa',
  'Chuquiluna',
  'Vargallo',
  'Carrasquel',
  'Montecinas',
  'Ollantay',
  'Piñaranda',
  'Zegarral',
  'Benavidal',
  'Llanquimán',
  'Urrutiaga',
];
