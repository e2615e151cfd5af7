import type { Words } from './words.ts';

/** Emoji (as `clean` writes them), numbers, and medicines' names: the same in every language. */
export const signs: Words = {
  thumb: 'emojitaken',
  filler: 'laughter',
  neg: 'emojino',
  sick: 'emojisick',
  later: 'emojilater',
  urgent: 'emojisos',
  num1: 'uno, one, um, primero, primera',
  num2: 'dos, two, dois, duas',
  num3: 'tres, three',
  num4: 'cuatro, four, quatro',
  num5: 'cinco, five',
  num6: 'seis, six',
  num7: 'siete, seven, sete',
  num8: 'ocho, eight, oito',
  num9: 'nueve, nine, nove',
  num10: 'diez, ten, dez',
  drug: 'losartan*, enalapril, captopril, lisinopril, amlodipin*, metformin*, glibenclamid*, glimepirid*, insulin*, levotirox*, levothyrox*, eutirox, puran, atorvastatin*, simvastatin*, rosuvastatin*, warfarin*, marevan, xarelto, rivaroxaban*, apixaban*, eliquis, clopidogrel, sertralin*, fluoxetin*, escitalopram, citalopram, quetiapin*, risperidon*, olanzapin*, clonazepam, rivotril, alprazolam, litio, lithium, valproato, carbamazepin*, levetiracetam, fenitoin*, phenytoin, lamotrigin*, omeprazol*, pantoprazol*, furosemid*, hidroclorotiazid*, hydrochlorothiazid*, espironolacton*, spironolacton*, carvedilol, bisoprolol, metoprolol, propranolol, atenolol, salbutamol, budesonid*, montelukast, prednison*, metotrexato, methotrexate, tenofovir, efavirenz, dolutegravir, lamivudin*, isoniazid*, rifampicin*, amoxicilin*, amoxicillin, azitromicin*, azithromycin, ciprofloxacin*, tamoxifen*, levodopa, memantin*, donepezil*, gabapentin*, pregabalin*, glucofage, lantus, humalog, novorapid, jardiance, ozempic, januvia, galvus, coumadin, sintrom, acenocumarol, digoxin*, alopurinol, allopurinol, valsartan*, telmisartan*, irbesartan*, candesartan*, prednisolon*, dapagliflozin*, empagliflozin*, sitagliptin*, ferroso, sulfato, antirretroviral*, antihipertensiv*, retroviral*, trayenta, anlodipin*, levo, levos',
  amount:
    'mg, ml, mcg, ui, iu, unidades, units, unidad, unit, puff, puffs, disparos, cc, cucharada*, gotas, gotitas, drops, jatos, miligramos, inhalacion*, inhalaciones, inalacoes, inhalation*, colheres, colher, spoon*, teaspoon*, sprays, spray, ojos, eyes, olhos, bombeos, aplicaciones, gotinhas',
  doubt: 'scarequote',
};
