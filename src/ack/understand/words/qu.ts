import type { Words } from './words.ts';

/** Quechua, a few seeds. NOT reviewed: a native speaker must; whatever they decide stays `unsure`. */
export const qu: Words = {
  qu_taken:
    'ari, upyarqani, upyaniña, upyani, upyarqaniña, ña upyarqani, ñam upyarqani, tomarqani, tomaniña, mikurqani',
  qu_not:
    'mana, manan, manam, mana upyarqanichu, manan upyarqanichu, manam upyarqanichu, qunqarqani, qonqaruni, qunqaruni',
  qu_later: 'manaraq, manaraqmi, qhipaman, aswan qhipaman, tumpamanta',
  qu_problem:
    'tukukun, tukurqun, unqusqa, onqosqa, unquchkani, nanan, nanawan, umay nanan, wiksay nanan, manan kanchu, mana kanchu',
  thanks: 'sulpayki, solpayki, añay, yusulpayki',
};
