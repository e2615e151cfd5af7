import type { Words } from './words.ts';

/** Portuguese of Brazil. Seeds: to be reviewed by native speakers. */
export const pt: Words = {
  yes: 'confirmado, confirmada, confirmo, s sim, claro, claro ue, logico, obvio, opa sim, sim ue, sim, s, aham, uhum, ahan, isso, isso mesmo, claro que sim, sim sim, com certeza, positivo, afirmativo, siim, ss, simm, sin senhora',
  ok: 'ja sei, eu sei, ja entendi, ja vi, ja li, ok, okay, tá, ta, ta bom, ta bem, tabom, beleza, blz, bele, certo, combinado, joia, legal, entendi, entendido, tudo bem, tudo bom, tranquilo, perfeito, otimo, bom, claro, valeu entendi, show, bacana, pode deixar, de nada, por nada, igualmente, ta certo, ta ok, massa, fechado, firmeza, correto, tmj, vlw, deixa comigo, ciente',
  already: 'jah, ja jaa, ja, jaa, já, ja ja tomei',
  ready: 'pronto, prontinho, prontinha, pronta',
  done: 'medicado, medicada, foi tomado, foi tomada, remedio/comprimido no bucho/papo/estomago, no bucho, no papo, insulina/injecao/dose/_ aplicada/aplicado/injetada/ingerido/ingerida/engolido/administrada, remedio/comprimido pra dentro, ta tomadinho, devidamente tomado, feito, ja foi feito, ta feito, esta feito, realizado, concluido, missao cumprida, tomado, tomada, tomados, tomadas, ta tomado, ta tomada, esta tomado, cumprido, tomadinho, dose tomada, ja foi tomado',
  took: 'to mei, tom ei, agr msm, foi tomado, foi tomada, o tomei, ja o tomei, a tomei, ja a tomei, acabei d toma, acabei de toma, tomadu, tumei, ja tumei, acabei de engolir/ingerir/usar/pingar, acabei de por pra dentro, mandei pra dentro, botei pra dentro, tomeei, tomey, tomeis, tomado ja, tomadinho, tomei, tomie, tomeii, tomeu, tomi, tomen, ingeri, engoli, bebi, tinha tomado, ja tinha tomado, havia tomado, acabei de tomar, acabei tomar, acabo de tomar, acabamos de tomar, terminei de tomar, tomamos, tomei ele, tomei ela, acabei d tomar, tmei, tomoi',
  didit: 'ja fiz, fiz, fiz sim, ja o fiz, ja fiz sim, ja fiz isso, ja fiz tudo',
  gave: 'tinha dado, ja tinha dado, havia dado, dei, demos, ja dei, dei pra, dei para, dei a, dei o, dei pro, acabei de dar, administrei, dei sim, ministrei',
  put: 'passei a/o/minha pomada/creme, apliquei, injetei, usei, coloquei o, coloquei a, coloquei, pinguei, passei a pomada, inalei, acabei de aplicar, acabei de usar, fiz a aplicacao, fiz a insulina, apliquei nele, apliquei nela',
  third:
    'o/a/meu/minha cachorro/cachorra/gato/gata/neto/neta/netinho/cachorrinho/filhote, ele, ela, eles, elas, alguem, outra pessoa, o bebe, a crianca, o paciente, a paciente, meu/minha/seu/sua filho/filha/filhinho/filhinha/mae/pai/avo/vo/esposo/esposa/marido/mulher/irmao/irma/vizinha/vizinho/tia/tio/sogra/sogro/neto/neta/bebe/amiga/amigo/cunhada/primo/prima/cachorro/gato/namorado/namorada, voce, vc, quem, a gente nao',
  kin: 'filho, filha, mae, pai, avo, vo, marido, esposa, bebe, crianca, cachorro, cachorra, gato, gata, pra ela, pra ele, para ela, para ele, nele, nela, a ela, a ele, pro bebe, neto, neta, dele, dela, pet, ele, ela',
  clitic: 'o, a, os, as, me, lo, la, isso, esse, essa, ele todo',
  i: 'eu, a gente, nos',
  poss: 'meu, minha, meus, minhas, mh',
  su: 'seu, sua, seus, suas',
  art: 'o, a, os, as, esse, essa, este, esta',
  med: 'rmd, rmds, vermifugo, antipulgas, branco, branquinho, azul, rosa, amarelo, vermelho, verde, pomada, creme, spray, gotinha, remedio*, remedinho*, remedin, comprimido*, comprimidinho, medicamento*, medicacao, medicina, dose, doses, capsula*, gotas, gotinhas, xarope, injecao, insulina*, bombinha, antibiotico*, pilula*, medicacoes, anticoncepcional, colirio, tratamento, drageas, remdio, remediu, comprimid, adesivo, soro da, remédios, da pressao, da tireoide, da diabetes, pra pressao, para pressao, pra diabetes, para a pressao, ferro, do coracao',
  thing:
    'oculos, chaves, chave, carregador, dagua, vitamina*, suplemento*, vacina da gripe/covid, vacina de gripe/covid, exame/teste/coleta/amostra de sangue, tirar/tirei/tiraram/colher/doei sangue, vacina*, cafe, cafezinho, banho, agua, onibus, susto, cerveja, cervejinha, suco, leite, cha, sopa, refrigerante, taxi, uber, metro, vinho, cachaca, sorvete, chuva, sol, conta, cuidado, decisao, tempo, lugar, vergonha, nota, posse, chimarrao, vitamina de banana, sorinho, iogurte, caldo, drinque, um fora, multa, chope, juizo, coragem, prejuizo, bronca, tombo, almoco, jantar, choque, bola, comida, lanche, mate, tereré, racao, ar, foto, tchau, um tempo',
  ate: 'dei comida/banho/racao/agua/carona/leite, dei de comer, almocei, ja almocei, comi, ja comi, jantei, ja jantei, tomei cafe, acordei, acabei de acordar, lanchei, ja lanchei',
  with: 'com um/1/meio copo, com copo, debaixo da, embaixo da, debaixo de, pela, com, junto com, depois do, depois da, depois de, antes do, antes da, antes de, apos, apos o, durante, no, na, logo apos, em',
  afterprep: 'depois do, depois da, depois de, apos, apos o, antes de, antes do, antes da',
  food: 'estomago cheio/vazio, almoco, jantar, cafe, cafe da manha, comer, dormir, janta, lanche, almocar, refeicao, deitar, cafe da tarde, sair, escola, trabalho, comida, agua, leite, suco',
  time: 'agr, msm, agr msm, agora msm, hj msm, ontem e hoje, ontem tambem e hoje, ontem e hoje tambem, que/q vc/voce/voces/vcs/a-doutora me/_ mandou/passou/receitou/deu/mandaram/passaram, com um pouco/pouquinho de, meia hora, faz meia, no lanche, na hora do, assim que apitou, quando tocou, desde cedo, agora, agora mesmo, agora ha pouco, agorinha, hoje, hj, cedo, cedinho, faz tempo, faz pouco, ha pouco, faz um tempinho, faz um tempo, ha pouco tempo, faz pouco tempo, na hora, na hora certa, no horario, no horario certo, certinho, direitinho, tudo certinho, atrasado, atrasada, um pouco atrasado, um pouco tarde, tarde, em jejum, sem falta, hora, horas, minutos, min, minuto, mins, em casa, no cafe da manha, no cafe, no almoco, no jantar, no trabalho, no caminho, no horario de sempre, como sempre, conforme, de sempre, logo cedo, ha meia hora, faz meia hora, ainda agora, nesse instante, neste instante, neste momento, ja faz um tempo, quando acordei, assim que acordei, ao acordar, que o medico passou, que voce passou, que a doutora passou, de hoje, pontualmente, como o medico mandou, recem, em ponto, e meia, mais cedo, hoje cedo, ja ja mesmo tomei',
  ago: 'faz, ha, tem',
  part_morning: 'de manha, da manha, pela manha, hoje de manha, essa manha, manha, matinal',
  part_midday: 'do meio dia, meio dia, ao meio dia, do almoco',
  part_evening: 'da tarde, de tarde, a tarde, essa tarde, hoje a tarde',
  part_night: 'da noite, de noite, a noite, essa noite, hoje a noite, noturno, noturna, do jantar',
  atprep: 'as, das, a das, o das, la pelas, umas, por volta das',
  greet:
    'te amo, amo voces, amo vc, fica com deus, ate segunda, ate terca, ate quarta, ate quinta, ate sexta, te vejo segunda, oi, oie, oii, ola, bom dia, boa tarde, boa noite, bdia, deus abencoe, deus te abencoe, deus lhe abencoe, deus a abencoe, que deus abencoe, que deus te abencoe, fique com deus, abraco, abracos, beijo, beijos, bjs, bj, bjos, gracas a deus, otimo dia, bom descanso, tenha um bom dia, tenha uma boa noite, um bom dia, uma boa noite, amem, ate mais, ate logo, tchau, ate amanha, bom final de semana, opa, eai, e ai, alo, bom diaa, ótima noite, boa semana, saudacoes, paz do senhor, a paz',
  thanks:
    'obrigado, obrigada, obg, obgd, obgda, brigado, brigada, brigadao, obrigadao, muito obrigado, muito obrigada, valeu, vlw, grato, grata, agradeco, gratidao, agradecido, agradecida, por lembrar, por me lembrar, pela lembranca, pelo lembrete, pelo aviso, por avisar, por perguntar, pela preocupacao, pelo carinho, pela atencao, obrigada por lembrar, obrigado por me lembrar, por se preocupar, por tudo, pelo cuidado, agradecemos',
  addr: 'dra linda, doutorita, mainha, painho, minha rainha, meu rei, mae, pai, vo, vovo, filha, filho, filhote, parceiro, doutorinha, meu povo, querida doutora, doutora, doutor, dra, dr, senhora, senhor, sra, sr, moca, moco, enfermeira, enfermeiro, querida, querido, amor, amiga, amigo, meu amor, minha linda, linda, flor, meu bem, meu anjo, anjo, dona, seu, gente, pessoal, viu, ta, ne, meu querido, minha querida, menina, bem, chefe, minha filha, meu filho, tia, tio, doutorzinho, irma, irmao, fofa, mana, mano, cara, nega',
  filler:
    'nao/so tinha/tinhamos/havia visto/lido/escutado/ouvido, nao vi, nao ouvi, nao escutei, nao li, nao so, nao somente, forte, muito forte, ponto, ponto final, virgula, sem problema nenhum, sem nenhum problema, sem problemas nenhum, dona, seu, nao se preocupem, nao te preocupes, nao precisa me lembrar, sem novidade, com sucesso, sossegada, sossegado, fica sossegada, fica sossegado, pode ficar sossegada/sossegado/tranquila/tranquilo, pode ficar, no meio da/do/de, quase esquec*, tava quase esquecendo, estava quase esquecendo, ja ia esquecendo, ia esquecendo, quase que, sem problema, sem problemas, nao se preocupe, nao precisa se preocupar, nao esquenta, fica tranquila, fica tranquilo, uns, umas, tipo, mais ou menos umas, td, td certo, jura, juro, ja foi, claro, pra, pro, para, ao, pros, pras, aos, num, numa, e, de, do, da, dos, das, com, tambem, tbm, tb, tudo, todo, toda, desculpa, desculpe, desculpem, pela demora, a demora, desculpa a demora, a demora em responder, por demorar, demorei, ah, ai, uai, po, bah, entao, so pra avisar, so avisando, copo, um copo de, um, uma, kk*, rs, rsrs*, haha*, mesmo, aqui, ate que enfim, finalmente, enfim, estou bem, to bem, tudo certo, me sinto bem, me sinto melhor, tranquila, ufa, bastante, quase esqueci, quase esqueco, quase que esqueco, primeiro, segunda, dia, noite, ai sim, pouco, que, pao, cada, certeza, como, nossa, eita, inteiro, inteira, to melhor, estou melhor, bem',
  report:
    'so avisando que, so pra avisar que, avisando que, aviso que, informo que, confirmo que, para avisar que, pra avisar que, pra dizer que, so pra dizer que, passando pra avisar que, passando pra dizer que, quero avisar que, queria avisar que, so passando pra avisar que, venho informar que, comunico que, passando para avisar que, so avisando, avisando',
  plead: 'por favor, pf, pfv, pfvr, favor, por gentileza',
  neg: 'ninguem, nem a pau, que nada, capaz, nem pensar, nem morto, nao, naum, nn, nem, nunca, jamais, sem, tampouco, ñ, nop, neg, naoo, n, nao nao, nada disso, de jeito nenhum, negativo, nao senhora, nao senhor',
  none: 'nenhum, nenhuma, nada',
  notyet:
    'aind nao, ainda na, aida nao, indanao, ainda nao, inda nao, nao ainda, ainda, ainda n, ate agora nao, por enquanto nao, nao por enquanto, por enquanto, no momento nao, ainda naum, ainda nada, falta, ainda falta, ainda num, nesse momento nao, aindanao, neste momento nao',
  later:
    'dentro de um/pouco/meia/uma instante/hora/momento/_, espera ai, guenta ai, guenta, peraí, que chegar, me da 5, me da cinco, so mais um pouco, so 5 min, depois, dps, dpois, mais tarde, daqui a pouco, daqui a pouquinho, daqui pouco, daki a pouco, logo mais, logo, ja ja, jaja, jajá, daqui uma hora, daqui a uma hora, daqui meia hora, em meia hora, em uma hora, me lembra, me lembre, me lembrar, me avisa, me avise, espera, espere, pera, perai, um momento, um minuto, um minutinho, um segundo, um instante, so um minuto, so um momento, calma, vou ja, ja vou, to indo, ja to indo, estou indo, mais um pouco, mais um pouquinho, outra hora, em instantes, em breve, daqui, quando eu chegar, quando chegar, assim que chegar, assim que eu, assim que, quando acabar, depois que, a noitinha, mais a noite, hoje a noite eu, de noite eu, me chama depois, volto a falar, deixa eu comer, deixa eu almocar, vou comer, vou almocar, vou jantar, vou tomar cafe, vou lanchar, to almocando, estou almocando, estou comendo, to comendo, estou jantando, to jantando, aguarde, aguarda, mais logo, me da um tempo, me da uns minutos, to chegando, chegando em casa, quase la, quando eu, eu tomo depois, ja farei, farei',
  tomorrow: 'amanha, amanha cedo, so amanha, amanha de manha',
  when: 'depois que, antes que, quando, assim que, logo que, so quando, ate',
  due: 'minha hora e, e as, meu horario e, nao e a hora, nao ta na hora, ainda nao ta na hora, nao esta na hora, ainda nao deu a hora, nao deu a hora, ainda nao e hora, o meu e as, tomo as',
  busy: 'estou no trabalho, to no trabalho, estou trabalhando, to trabalhando, estou dirigindo, to dirigindo, no transito, estou ocupado, estou ocupada, to ocupado, to ocupada, estou na rua, to na rua, em reuniao, estou em reuniao, no onibus, estou no onibus, to no onibus, no mercado, estou na escola, na aula, em aula, estou no mercado, to no mercado, estou no hospital, estou no medico, estou cozinhando, na rua, no banho, to no banho, no servico',
  fut: 'vou, vou ja, vamos, vai, irei, pretendo, ja vou, estou indo, to indo, ja to indo, pra tomar, para tomar, indo, vo, prestes a, ia agora, to pra, estou para, prometo, ja estou indo, já vou',
  wasgoing: 'ia, estava para, tava pra, queria',
  must: 'tenho que, tenho de, preciso, devo, deveria, devia, tem que, precisava, tinha que, deve, e pra, e para',
  takepres: 'tomo, tomarei, tomaria, tomava, tomaremos',
  takeinf: 'tomar, toma lo, dar, aplicar, engolir, usar, tomalo, tomarem, tomasse',
  taking: 'tomando, dando, aplicando',
  took3: 'recebeu, tomou, deu, tomaram, aplicou, bebeu, engoliu, toma, usou',
  want: 'quero, queria, quer, desejo, gostaria, queremos, to afim, estou afim, quis, querendo, pretendo',
  refuse:
    'fecha a boca, nao abre a boca, desisti, me arrependi, mudei de ideia, hoje passo, nao quis, nao gosto, nao gostei, me recuso, recusou, recusei, nao preciso, tenho medo, to com medo, fiquei com medo, medo, nao aceita, nao aceitou, cansei de, enjoei de, cuspiu, cuspi, nao to afim, nao estou afim, preguica, resolvi nao, decidi nao, nao acredito, nao vou mais, prefiro nao',
  stopped:
    'parei de, parei, deixei de, parei com, pare de, parar de, larguei, abandonei, interrompi, suspendi, parou de, parado de, parei o, deixar de, nao uso mais',
  advised:
    'suspendeu, suspenderam, suspenso, suspendida, tirou, mandou parar, mandou parar de, proibiu, cancelou, cortou, mudou, trocou, pediu pra parar, disse pra parar, disse para parar, falou pra parar, mandou suspender, mandou nao, pediu para parar, retirou, falou pra nao, disse pra nao, disse para nao, liberou',
  doctor:
    'medico, medica, doutor, doutora, dr, dra, enfermeira, cardiologista, psiquiatra, especialista, veterinario, veterinaria, ginecologista, endocrinologista, pediatra, oncologista',
  said: 'disse, falou, mandou, diz, recomendou, pediu, orientou, indicou, falaram',
  forgot:
    'esqueci, esqueci de, esquec*, me esqueci, esqueceu, nao lembrei, nao me lembrei, passou batido, me passou, deu branco, perdi a hora, nem lembrei, eskeci, esquici, passou da hora, passou a hora, lembrei nao, esqueço, esqueçi, tinha esquecido, acabei esquecendo',
  asleep:
    'dormi, peguei no sono, estava dormindo, tava dormindo, cai no sono, adormeci, acordei tarde, acordei agora, perdi a hora dormindo, apaguei, cochilei',
  wasbusy:
    'nao tive tempo, nao deu tempo, sem tempo, estava ocupado, estava ocupada, tava ocupada, tava ocupado, correria, estava trabalhando, tava trabalhando, nao deu, nao tenho tempo',
  couldnt:
    'n deu pra, n deu para, nao deu, nao consegui, nao pude, nao posso, nao consigo, nao conseguiu, n consegui, nao deu pra, nao deu para',
  noaccess:
    'fora de casa, nao estou em casa, nao to em casa, deixei em casa, deixei o remedio, deixei meu remedio, deixei meus remedios, deixei na, deixei no, esqueci em casa, ficou em casa, ficou na, ficaram em casa, nao trouxe, nao estou com, nao to com, estou viajando, to viajando, nao levei, longe de casa, esqueci o remedio em, esqueci de levar, ta em casa, nao tenho aqui, nao tenho comigo, esta em casa, nao estou com ele, sai sem',
  skipped:
    'ainda na caixa/cartela/gaveta, ta na caixa, continua na caixa/cartela, num tomei, num tomo, nun tomei, pulei, pulei a, pulei essa, perdi a dose, sem tomar, fiquei sem tomar, deixei passar, deixei de lado, perdi o horario',
  out: 'vazio, vazia, vazios, acabou, acabo u, acabaram, acabando, ta acabando, esta acabando, terminou, terminaram, se acabou, fiquei sem, ficamos sem, estou sem, to sem, tou sem, sem remedio, sem remedios, sem medicamento, sem comprimido, sem comprimidos, sem insulina, em falta, faltando, falta no posto, faltou, nao achei, nao encontro, nao encontrei, nao acho, nao comprei, nao consegui comprar, nao peguei, nao recebi o remedio, nao consegui pegar, nao chegou, perdi meu, perdi o remedio, perdi meus, perdi os, perdi a caixa, perdi a receita, preciso de receita, preciso de mais, receita vencida, vencido, vencida, venceu, ultimo comprimido, o ultimo, a ultima, ultima, ultimo, esgotado, esgotou, roubaram, caiu no chao, posto nao, preciso comprar, tenho que comprar, so tem mais um, so tenho um, sem receita, farmacia fechada, o posto ta sem, molhou, so resta, so restam',
  nomoney:
    'nao tenho dinheiro, sem dinheiro, sem grana, nao tenho grana, nao tenho como comprar, muito caro, muito cara, ta caro, ta muito caro, nao posso comprar, nao pude comprar, nao consigo comprar, custa muito, carissimo, ta cara, caro demais',
  sick: 'nao consigo parar de vomitar, nao para de vomitar, nao paro de vomitar, embrulhad*, revirad*, revirando, embrulhando, enjoo, me deixou mal/tonta/tonto/grogue, grogue, dopad*, tontinha, tontinho, vomit*, passei mal, passando mal, passo mal, passou mal, me senti mal, me sentindo mal, sentindo mal, me sinto mal, me sinto pessima, me sinto pior, me sinto fraca, sinto mal, enjoo*, enjoad*, enjoei, nausea*, ansia, ansia de vomito, tontura*, tonto, tonta, zonzo, zonza, dor, dores, doendo, doi, doeu, doer, coceira, cocando, alergia, manchas, febre, diarreia, fraco, fraca, fraqueza, mal estar, me fez mal, fez mal, me faz mal, faz mal, caiu mal, nao caiu bem, nao me fez bem, doente, gripe, gripado, gripada, efeito colateral, efeitos colaterais, reacao, palpitacao, palpitacoes, tremor*, tremendo, taquicardia, azia, queimacao, ruim, nao estou bem, nao to bem, nao me sinto bem, nao estou me sentindo bem, botei pra fora, botei para fora, cuspi, calafrio*, caibra*, insonia, mal do estomago, pressao alta demais, pressao subiu, pressao caiu, pressao baixou, empolad*, indispost*, me da sono, urticaria, estomago ruim, pessimo, pessima, colica*',
  cantswallow:
    'entalad*, engasg*, nao consigo engolir, nao consegui engolir, nao desce, engasguei, entalou, entalado, nao passa na garganta',
  wrongmed:
    'remedio errado, comprimido errado, errado, errada, outro remedio, remedio trocado, troquei os remedios, trocado, trocada, troquei o remedio, remedio da minha, remedio do meu, confundi o remedio, confundi os remedios, me enganei de remedio, dose errada',
  double:
    'a dobrar, duas doses, 2 doses, dose dobrada, dobro, em dobro, dobrado, dobrada, dose dupla, duas vezes, 2 vezes, tres vezes, 3 vezes, 2x, demais, a mais, varios comprimidos, muitos comprimidos, muitos remedios, muito remedio, cartela inteira, cartela toda, frasco todo, frasco inteiro, vidro todo, vidro inteiro, caixa toda, caixa inteira, todos os comprimidos, um monte de, repetido, repetida, passei da dose, dupla, dose a mais',
  perday:
    'duas vezes ao dia, 2 vezes ao dia, tres vezes ao dia, vezes ao dia, vezes por dia, duas vezes por dia, uma vez ao dia',
  overdose: 'passei da conta, exagerei na dose, overdose, superdose, superdosagem, intoxic*, envenen*, veneno',
  again: 'repetir, repito, de novo, outra vez, outro, outra, mais um, mais uma, novamente',
  mistake: 'por engano, sem querer, por erro, por acidente, por descuido, acidentalmente, por distracao',
  chest: 'no peito, do peito, no meu peito, no coracao, peito, coracao',
  hurts: 'dor, dores, doendo, doi, doeu, pontada, pontadas',
  urgent:
    'nao consigo respirar, nao consegue respirar, nao respira, nao ta respirando, nao esta respirando, dificuldade para respirar, dificuldade pra respirar, dificuldade de respirar, falta de ar, faltando ar, faltou ar, sem ar, sufoc*, desmai*, perdi a consciencia, perdi os sentidos, inconsciente, desacordad*, nao acorda, nao responde, nao reage, convuls*, ataque epileptico, sangr*, sangue, hemorragia, vomitei sangue, reacao alergica, choque anafilatico, anafila*, lingua inchou, lingua inchada, rosto inchou, rosto inchado, rosto inchando, cara inchada, boca inchada, boca inchou, labios inchados, labios inchou, labios incharam, garganta fechando, garganta fechou, garganta inchada, garganta inchou, inchou a lingua, inchou o rosto, inchou a boca, inchou a garganta, emergencia*, ambulancia, samu, 192, infarto, enfarte, infart*, derrame, avc, paralisad*, nao sinto o braco, nao consigo mexer, socorro, morrendo, estou morrendo, vou morrer, labios roxos, ficando roxo, urgente, urgencia, pronto socorro, me acuda, alucinando, engasgado',
  idiom:
    'de fome, de rir, de sono, de frio, de calor, de vontade, de vergonha, de sede, de saudade, de preguica, de tedio, de medo, de amores, de cansaco',
  selfharm:
    'suicid*, me matar, me mato, me quero matar, quero morrer, queria morrer, quero sumir, queria sumir, nao quero mais viver, nao quero viver, sem vontade de viver, vontade de morrer, tirar minha vida, tirar a propria vida, tirar a minha vida, acabar com a minha vida, acabar com minha vida, acabar com tudo, me machucar, me cortar, para morrer, pra morrer, nao vale a pena viver, melhor morta, melhor morto, estar morta, estar morto, nao aguento mais viver, cansei de viver, desistir da vida, dar fim na minha vida, por fim a minha vida, quer morrer, quer se matar, se matar',
  deceased:
    'falec*, morreu, ja morreu, esta morto, esta morta, nao esta mais entre nos, partiu, descansou, obito, finado, finada',
  wrong:
    'aqui nao e da casa, nao e da casa, aqui nao e o/a telefone/numero/celular, celular/telefone/numero/chip e/eh novo, sou o sr, nao sou o sr, nao sou a sra, nao sou dona, nao sou seu, nao e desse numero, numero nao pertence, esse nao sou eu, aqui nao tem, engano, foi engano, e engano, por engano voce, numero errado, numero enganado, pessoa errada, contato errado, telefone errado, celular errado, ligou errado, mandou errado, mensagem errada, numero trocado, nao conheco, n conheco, nao mora aqui, nao mora mais aqui, nao vive aqui, nao e meu numero, numero nao e, nao e o numero, nao e dela, nao e dele, nao e mais dela, nao e mais o numero, nao e mais dele, nao e meu, nao e pra mim, nao e para mim, nao e comigo, nao sei quem, nao existe ninguem, ninguem com esse nome, aqui nao tem nenhuma, aqui nao tem nenhum, mudou de numero, trocou de numero, comprei esse chip, comprei esse numero, chip novo, nao me chamo, nao sou essa pessoa, nao sou ela, nao sou ele, nao sou eu, nao sou paciente, nao faco tratamento, nao tomo nenhum, nao tomo remedio nenhum, nao tomo nada, se enganou, voce se enganou, vc se enganou, esta enganado, ta enganado',
  iamnot: 'nao sou, eu nao sou, n sou, nao sou o, nao sou a, aqui nao e, nao e o numero',
  stopall:
    'sair, parar, pare, para, stop, cancelar, remover, descadastrar, desinscrever, cancela, cancele, chega, basta, excluir, remova, sai, encerrar, desligar, descadastre, desativar, bloquear, parem, nao mais, tchau pare, ja chega, cancelem, desinscreva, cancelar inscricao, cancelar assinatura',
  contact:
    'mande, mandem, mandar, mandando, envie, enviem, enviar, enviando, escreva, escrevam, escrever, ligue, liguem, ligar, ligando, perturbe, perturbem, perturbar, perturbando, incomode, incomodem, incomodar, incomodando, contate, chame, chamar, encher o saco, enche o saco, encham, mensagear, insista, insistam, manda, entre em contato, entrem em contato, chatear, avisar',
  message:
    'mensagem, mensagens, msg, msgs, lembrete*, aviso*, notificac*, notificacoes, sms, alertas, torpedo*, isso, whatsapp, zap, texto, textos, ligacoes, email, emails, spam, de voces, desse servico, servico',
  receive: 'receber, recebendo, recebe, recebe las, ser incomodado, ser incomodada',
  stopimp:
    'pare de, parem de, para de, parar de, deixe de, deixem de, chega de, cancelar, cancela, cancele, cancelem, pare com, parem com, quero parar, quero cancelar, basta de, desative, desativar, suspender, para com, quero sair, parar com',
  remove:
    'prefiro nao receber, preferia nao receber, me tira, me tire, me tirem, me remova, me remove, me removam, me retire, me retirem, me exclua, me excluam, me exclui, me descadastre, me descadastra, descadastrar, apaga meu, apague meu, exclua meu, exclui meu, remova meu, tira meu numero, tire meu numero, retire meu, tirem meu, me deixa em paz, me deixe em paz, me deixem em paz, cancelar minha inscricao, cancelar a inscricao, cancelar assinatura, cancelar minha assinatura, cancelar inscricao, cancelar os lembretes, cancelar as mensagens, quero sair, sair da lista, sair dessa lista, desinscrever, me desinscreva, vou bloquear, vou te bloquear, nao autorizo, revogo, nao quero participar, nao quero mais participar, nao encham, me bloqueia, quero cancelar, me desliga disso, nao enche, vai se foder para',
  optin:
    'podem voltar a enviar/mandar, pode voltar a enviar/mandar/avisar, voltar a enviar, voltem a enviar, voltar a me avisar, voltar a avisar, voltar a me lembrar, voltar a me mandar, reativar os avisos, quero voltar, start, unstop, voltar a receber, receber de novo, receber novamente, receber as mensagens de novo, quero receber, reativar, reative, reativem, retomar, me inscrever, inscrever, me inscreva, me cadastra, me cadastre, cadastrar, voltar, ativar, ative, ativar lembretes, ativar os lembretes, volte a mandar, voltem a mandar, volta a mandar, pode voltar a mandar, pode mandar de novo, continuar, comecar, iniciar, quero participar',
  help: 'ajuda, me ajuda, me ajude, preciso de ajuda, preciso ajuda, ajudem, info, informacao, informacoes, mais informacoes, como funciona, como funciona isso, como uso, como respondo, o que respondo, o que devo responder, o que e isso, que isso, para que serve isso, pra que serve, o que significa, do que se trata, nao entendi, n entendi, nao entendo, nao estou entendendo, nao to entendendo, nao compreendi, menu, opcoes, instrucoes, tenho uma duvida, uma duvida, uma pergunta, falar com alguem, falar com atendente, falar com um atendente, falar com a medica, falar com o medico, falar com a enfermeira, suporte, explica, explique, atendente',
  ask: 'posso, qual, quando e, quanto, quantos, quantas, como, onde, por que, porque, pq, sera, sera que, e normal, e pra tomar, pode, o que, que horas, a que horas, tem problema, faz mal se, quando devo, quando tenho, quando posso, e se, quem',
  cond: 'se dei, se esta, se apliquei, se usei, se foi, tomara, se eu, se ja, se tomei, se nao, se der, se lembrar, se puder, caso, e se, se fosse, teria, tivesse, queria ter, deveria ter, devia ter, quem dera, se tomar, se for, se tiver, se deus quiser, gostaria de ter, tomara que',
  that: 'porque, pq, disse que, falou que, que eu',
  doubt:
    'mentira, e mentira, pensei, achei que, achei, achava, jurava, pensava, sonhei, nao e verdade, brincadeira, brincando, zoeira, to brincando, acho, acho que, nao sei, n sei, nao sei se, nao lembro, nao lembro se, n lembro, nao me lembro, talvez, sera, quem sabe, parece, parece que, creio, creio que, nao tenho certeza, se nao me engano, esqueci se, nao recordo, imagino, provavelmente, suponho, duvida, mais ou menos, depende, vai que, sei la, quase certeza, pode ser, deve ser',
  partial:
    'menos esse, menos essa, menos este, metade, a metade, meio, meia, so um, so uma, so 1, um so, uma so, apenas um, apenas uma, somente, so o, so a, so os, so as, apenas, um dos, uma das, parte, um pedaco, menos um, menos uma, menos o, menos a, exceto, alguns, algumas, faltou um, faltou uma, incompleto, nem tudo, nao tudo, um pouco de, um pouco do, so tomei, quase todo, quase todos, um quarto, tirando',
  pastday:
    'da noite passada, do mes passado, ontem, anteontem, ontem a noite, segunda feira, terca feira, quarta feira, quinta feira, sexta feira, sabado, domingo, semana passada, mes passado, outro dia, faz dias, ha dias, de ontem, sempre, faz uma semana, na segunda, na terca, na quarta, na quinta, na sexta, no sabado, no domingo, semana, mes, anos, dias, meses, noite passada',
  correction:
    'me enganei, me confundi, errei, foi erro, foi um erro, corrigindo, correcao, quis dizer, queria dizer, na verdade, mentira, digo, cliquei errado, respondi errado, digitei errado, apertei errado, mandei errado, marquei errado, me equivoquei, foi mal',
  all: 'todos, todas, ambos, ambas, os dois, as duas, os 2, as 2, os tres, as tres, os 3, as 3, tudo, todos eles, todos os remedios',
  option: 'opcao, numero, num, alternativa, resposta, a opcao, digito',
  unit: 'minuto, minutos, min, mins, minutinhos, hora, horas, h, hs, hrs, segundos',
  inprep: 'em, daqui, daqui a, daqui uns, dentro de, mais, espera, me da',
  buteasy: 'mas, porem, so que, pq, porque, contudo, entretanto, pois',
  other:
    'dei risada/uma-volta/um-beijo/uma/um, dei um, dei uma, minha consulta, consulta, exame, exames, tive alta, resultado, pressao',
  press: 'aperto, apertando, pressao, apertado',
  aux: 'tenho, tem, tive, estou, to, esta, ta com, estou com, to com, sinto, sou, e, foi, muito, muita, senti, tava, estava, sentindo, nenhum, nenhuma',
  lack: 'nao tenho, n tenho, nao tenho mais, ja nao tenho, nao tem, n tem, nao tinha, nao tem mais, nao ha',
  soon: 'imediatamente, de imediato, na mesma hora, agora, agorinha, nesse momento, neste momento, no momento',
  quit: 'parei/deixei/pare/parou de tomar, parei de usar, deixei de usar',
  nay: 'nop',
  almost: 'quase',
  elsewhat:
    'de responder, de avisar, de confirmar, de falar, de mandar, senha, consulta, aplicativo, app, nome, chave, celular, de voce',
  helpme:
    'o que e pra/para digitar/responder/escrever, o que eu digito/respondo, que que eu digito/respondo, nao sei mexer, socorro nao sei, nao sei responder, como eu respondo, como que responde, me ajuda, me ajude, me ajudem, nao sei como usar, nao sei usar, nao sei como responder',
  phone: 'telefone, numero, celular, chip',
  isa: 'e, pertence, era',
  optverb:
    'me coloca, me coloque, me inclua, me inclui, me adiciona, me adicione, me poe, me ponha, voltem, volte, volta, me bota',
  anew: 'de novo, outra vez, novamente, na lista, de volta',
  vital: 'pressao, acucar, glicose, glicemia',
  updown: 'alta, baixa, subiu, caiu, baixou, alterada',
  swell: 'inch*, inflam*, fechando',
  face: 'lingua, rosto, cara, boca, labio, labios, garganta, olhos, olho',
  instead: 'no lugar do/da/de, ao inves do/da/de, em vez do/da/de, em vez de, no lugar de, ao inves de',
  swallowed: 'engoliu, tomou, comeu, bebeu',
  carer:
    'daqui e, aqui e a/o filha/filho/cuidadora/cuidador/esposa/marido, aqui quem fala, sou a filha/esposa/mae/neta/cuidadora/nora, sou o filho/marido/neto/cuidador, sou filha, sou filho, cuidadora, cuidador',
  undo: 'joguei fora, joguei no lixo, cuspiu, cuspiu tudo, cuspi, joguei, guardei, escondi, lixo, gaveta, devolvi, mesa, bolso',
  went: 'engoliu direitinho, engoliu tudo, comeu tudo',
  joins: 'e',
  stranger: 'vizinho, vizinha',
  ended: 'terminei o tratamento',
  thanksfor:
    'obrigado por, obrigada por, obrigado pelo, obrigada pelo, obrigada pela, obrigado pela, desculpa a, desculpe a, desculpa por, valeu por, valeu pelo, obg por, obg pelo, obg pela, brigado por, brigada por',
  sub: 'so agora vi, so vi agora, acabei de ver, acabei de ler, vi agora, enquanto, quando, assim que, logo que, antes que, apesar de, apesar do, apesar da, embora, mesmo sem, depois que, vendo, indo, saindo',
  pretend:
    'por voce, por vc, por ti, finge que, finja que, fingi, fingir, diz que, diga que, fala que, fale que, coloca ai, coloca que, poe ai, poe que, poe ai que, anota que, anota ai, marca que, marca ai, faz de conta, imagina que, digamos que, de mentirinha, ironia',
  finish: 'terminei, acabei, completei, engoli, engolir, terminar',
  care: 'o/a/meu/minha/_ filho/filha/filhos/filhinho/filhinha/mae/mamae/maezinha/pai/papai/paizinho/avo/vo/vovo/vozinha/vovozinha/bebe/nenem/neto/neta/netinho/netinha/crianca/menino/menina/cachorro/cachorra/cachorrinho/cachorrinha/gato/gata/gatinho/gatinha/filhote/pet/paciente/sogra/sogro/pequeno/pequena/doguinho',
  spouse: 'meu marido, minha esposa, meu esposo, minha mulher, meu namorado, minha namorada',
  friend:
    'outra pessoa, alguem, outro paciente, vizinha, vizinho, amiga, amigo, meu/minha/o/a/um/uma vizinha/vizinho/amiga/amigo/colega',
  body: 'estomago, barriga, cabeca, costas, pele, pernas, maos, braco, pes, corpo, bucho',
  breathe: 'respirar, respiro, respira, respirando, respiracao',
  full: 'cheio, vazio, cheia, vazia',
  pressed: 'apertei, cliquei, digitei, marquei, respondi, mandei, coloquei, botei, enviei',
  wholebox:
    'cartela/caixa inteira/toda, frasco/vidro inteiro/todo, a cartela/caixa inteira/toda, o frasco/vidro inteiro/todo',
  habit: 'sempre, normalmente, geralmente',
  ahead: 'adiantado, adiantada, adiantados, antes da hora, antes do tempo',
  also: 'tambem, tbm',
  butthat: 'menos esse/essa/este/esta',
  discarded:
    'joguei na/no pia/vaso/ralo/privada/lixo/chao, cuspi, cuspi fora, cuspi tudo, joguei fora, joguei no lixo, escondi, joguei na privada',
  musing: 'pensando em, penso em, vontade de',
};
