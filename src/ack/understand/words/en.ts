import type { Words } from './words.ts';

/** English. */
export const en: Words = {
  yes: 'confirmed, confirm, aye, ye, yh, yeh, ys, yse, oui, eys, yess bruv, course, all done here, yess, yess maam, yes maam, yup yup, yep yep, mhm, mmhm, sure thing, you bet, you betcha, ya, yah, absolutely, definitely, indeed, yes, yep, yup, yeah, yea, y, yas, affirmative, yessir, yes sir, of course i did, sure did, sure have, uh huh, yes indeed',
  ok: 'i know, i know i know, i see, i heard you, saw it, saw your message, well done, ok, okay, okey, k, kk, okie, sure, fine, alright, all right, got it, understood, great, good, cool, right, will, roger, noted, perfect, sounds good, you too, copy, yeah right, of course, very good, nice, awesome, thumbs up, acknowledged, correct',
  already: 'alrdy, alr, aready, already, allready, alredy',
  ready: 'all sorted, sorted',
  done: 'done dusted, done and dusted, consider it done, dun, dne, been taken, was taken this morning, taken by me, is taken by me, pills/pill/meds/med/medicine are/is/_ down, in my belly, in my tummy, in my stomach, down the hatch, down it went, swallowed and done, signed sealed delivered, done, all done, its done, it is done, done and done, completed, finished, all set, did that, done already, mission accomplished, all good i took it, done taking it, taken care of, all taken, did take it, did it already',
  took: 'yes already take/drink/eat my/the/_ medicine/medicines/tablet/tablets/pill/pills/meds/it, tkn, tk, tookit, tooke, taked, have taked, has taked, necked, necked it, already take/drink/eat/took my/the/_ medicine/medicines/tablet/tablets/pill/pills/meds/it, take already, drink already, drank the, i drink/eat/ate my/the medicine/tablet/pill/tablets/pills, got it in, i got it in, am take it, knocked it back, washed it down, got it down me, gulped, gulped it, got mine in, have it in me, got it in me, had mine, tke, tok, tuk, toke, took took, hv taken, i hv taken, got it down, popped, downed, i did take, i have taken, i have already taken, i have just taken, i had taken, took, taken, tokk, tooked, tookn, tooken, have taken, ive taken, has been taken, have been taken, is taken, are taken, it is taken, its taken, just finished taking, finished taking, swallowed, ingested, drank my, drank it, popped my, popped it, down the hatch, did take, have already taken, have just taken',
  didit:
    'i did, i have, ive done it, did it, already did, i did it, did already, i already did, i already have, yes did, have done it, i sure did, i just did, just did',
  gave: 'had given, had already given, already gave, had gave, got him/her/them/hubby/mum/mom/dad/the-dog to take/swallow it/them/his/her/_, got her/his/their meds/med/pill/pills/tablet/tablets into/in/down her/him/them, slipped her/him, gave it to, gave her, gave him, gave them, gave my, gave the, gave it, given it to, given her, given him, given, ive given, administered, gave, fed him his, fed her her',
  put: 'puffed my, puffed, sprayed, rubbed on my, stuck on my, put my patch on, put on a patch, changed my patch, injected, used my, used, applied, inhaled, took a shot of, put on my, did my shot, did my injection, did my insulin, had my shot, shot up my insulin, put in my, did my',
  had: 'had it, had them, ive had it, ive had them, had my, had the, had her, had his, had',
  third:
    'my/the toddler/dog/cat/puppy/grandson/granddaughter/grandchild/little/kids, he, she, they, him, somebody, someone, my/her/his/your son/daughter/mother/mom/mum/dad/father/wife/husband/neighbor/neighbour/brother/sister/friend/grandma/grandpa/grandmother/grandfather/aunt/uncle/roommate/boss/kid/child/baby/dog/cat/boyfriend/girlfriend/partner/cousin/nurse, the baby/kid/dog/cat/patient/pharmacy, who, you, nobody, no one',
  kin: 'son, daughter, mother, mom, mum, dad, father, wife, husband, baby, kid, child, dog, cat, pet, puppy, kitten, grandma, grandpa, her, him, them, his, it to her, it to him',
  clitic: 'it, them, em, that, those, these, this, mine, one, ones',
  i: 'hv, i, we, ive, im',
  poss: 'my, our',
  su: 'hers, theirs, your',
  art: 'the, a, an',
  med: 'dewormer, heartworm, flea, chewable*, blood pressure med/medication, white/pink/blue/red/yellow/green/little/big/small one/ones/pill/pills, cream, ointment, lotion, eye drops, ear drops, nasal spray, nebulizer, steroid, water pill, heart pill, heart pills, blood thinner, blood thinners, statin, pill, pills, med, meds, medicine, medicines, medecine, medication, medications, dose, doses, tablet, tablets, capsule*, drops, syrup, insulin, inhaler, shot, injection*, antibiotic*, puff, puffs, pil, pillz, blood pressure pill/pills/meds/medicine, birth control, patch, treatment, medicin, iron',
  thing:
    'glasses, keys, charger, remote, reading glasses, spectacles, purse, wallet, a try, a go, a shot, a rest, a thought, some thought, my all, a miss, vitamin*, supplement, supplements, for granted, hard, easy, badly, lightly, lying down, the wrong way, to heart, as a joke, blood work/test/draw/drawn/pressure/sugar/type, donate blood, gave blood, flu shot, blood, bp, personally, seriously, it seriously, vaccine*, taxi, cab, shower, bus, train, plane, flight, ride, dog for, walk, nap, picture, photo, pic, screenshot, break, while, long, bath, test, class, exam, seat, look, day off, time, money, bite, note, chance, coffee, tea, water, beer, drink, wine, food, breakfast, lunch, dinner, meal, soup, juice, milk, turn, trip, vacation, care, notes, offense, advantage, me, off, over, out, up, place, forever, temperature, blood pressure reading, reading, sugar reading, selfie, leave, job, course, advice, kids, message, uber, lyft, ages, hours to, days, trash, garbage, weeks',
  ate: 'gave him/her/it/them food/water/a-bath/breakfast/dinner/lunch, i ate, ate, already ate, just ate, just woke up, woke up, had breakfast/lunch/dinner, i had breakfast/lunch/dinner',
  with: 'under, underneath, down, w, wit, wiv, wid, with, during, before, at, in, on, along with, right after, right before, after, around',
  afterprep: 'after, right after, before',
  food: 'empty stomach, full stomach, breakfast, lunch, dinner, food, bed, eating, supper, meal, meals, sleeping, work, school, church, water, juice, milk, coffee, tea, snack, brunch, bedtime, yogurt, toast, a meal',
  time: 'on the way home/here/there/over/in, on my way home/here/in, jus, jst, b4 skl, half one, half two, half three, half four, half five, half six, half seven, half eight, half nine, half ten, half eleven, half twelve, half past, on the dot, bang on time, right on time, on time today, skl, yesterday and/too/also today, yesterday and today, yesterday too and today, you gave me, you prescribed, you told me to, like you said, like you told me, like i was told, like the doctor said, half an hour, a half hour ago, half hour ago, first thing this morning, as soon as it rang, when it rang, when the alarm rang, now, today, just, just now, right now, early, earlier, late, later than usual, on time, this time, a while ago, a minute ago, a few minutes ago, few minutes ago, a bit ago, half an hour ago, an hour ago, a little while ago, a little late, a bit late, already, minutes, minute, hour, hours, min, mins, hr, hrs, ago, oclock, o clock, past, about, around, sharp, as prescribed, as usual, like always, as directed, as instructed, finally, without food, without water, first thing, as soon as i woke up, when i woke up, before bed, this am, this pm, at home, again today, on schedule, at noon time, for today, like every day, yes already, as always, as told',
  ago: 'ago',
  part_morning: 'morning, mornings, this morning, am, breakfast one',
  part_midday: 'noon, midday, lunchtime, noontime',
  part_evening: 'evening, afternoon',
  part_night: 'night, bedtime, nighttime',
  am: 'am',
  pm: 'pm',
  atprep: 'by, at, the, around, about',
  greet:
    'x, love you, love u, luv u, xo, xoxo, xx, see you monday/tuesday/wednesday/thursday/friday/saturday/sunday/tomorrow, see you next week, talk to you tomorrow, til tomorrow, until tomorrow, hi, hello, hey, good morning, good afternoon, good evening, good night, gm, gn, morning all, god bless, god bless you, bless you, have a good/great/nice/blessed/lovely day/night/evening/one/weekend, blessings, have a good one, bye, see you, take care, cheers, regards, kind regards, howdy, amen, bless, enjoy your day, you have a good day, praise god, good day',
  thanks:
    'thanks, thank you, thank u, thx, thnx, ty, tysm, thanks a lot, thank you so much, thanks so much, much appreciated, appreciate it, i appreciate it, thank you very much, tks, thanx, thank god, thanks for the reminder, thanks for reminding me, thank you for the reminder, thank you for reminding me, thanks for checking, thank you for checking, for the reminder, for reminding me, for checking in, for checking, thanks for asking, many thanks',
  addr: 'matey, my dear, my love, my friend, bruv, fam, pal, lads, petal, duck, luv, boss, chief, sis, bruh, man, dude, doctor, doc, dr, nurse, maam, mam, sir, dear, honey, hun, miss, mrs, ms, mr, hon, sweetie, love, friend, darling, sweetheart, buddy, bro, madam, guys, team, boss man, mate, everyone',
  filler:
    'didnt/havent/hadnt/only-just see/seen/notice/noticed/hear/heard your/the/this/ur/my/_ text/texts/message/msg/reminder/phone/alarm, dont/do-not need/have to remind me, you dont/do-not need/have to remind me, not only, period, comma, full stop, exclamation point, exclamation mark, without any problem/problems/trouble/issues, no fuss, no problem, no problems, no issues, no trouble, no bother, no need to remind me, no need for reminding, dont need reminding, in one go, like a champ, like a trooper, by me, wrapped in, easy peasy, innit, tho, cant believe, almost forgot, nearly forgot, i almost forgot, i nearly forgot, was about to forget, no worries, not a problem, dont worry, do not worry, no need to worry, never fear, not to worry, like, approx, approximately, course, of course, hey there, you know, yes yes, i promise, promise, and, so, well, too, also, then, all, of, to, for, oh, ah, um, haha*, lol, yes, sorry, my apologies, apologies, sorry for the delay, sorry for the late reply, for the delay, for the late reply, sorry im late, sorry it took me so long to reply, glass, full, little, some, feeling good, feel good, im fine, im good, i feel fine, feeling better, feeling fine, i feel better, feel fine, all good, everything is fine, as, by, both of, my husband reminded me, every, single, today, actually i did, big, cup, phew, yay, good to go, do',
  report:
    'letting you know, just letting you know, let you know, just wanted to say, i want to say, just to let you know, fyi, confirming that, confirming, to confirm, just to say, wanted to let you know, i can confirm, i confirm, update, i can confirm that',
  plead: 'please, pls, plz, pleas',
  neg: 'don t, didn t, haven t, nuh uh, no way, no maam, no sir, nada, nor did i, i have not, i did not, have not, did not, do not, will not, was not, is not, does not, could not, i do not, i will not, i had not, no, not, never, nope, nah, naw, neither, without, didnt, dint, didn, havent, hasnt, dont, wont, cant, couldnt, wasnt, isnt, hadnt, aint, wouldnt, shouldnt, doesnt, cannot, didint, dident, havnt, werent, arent, dnt, hvnt, noo, didt, no no, negative, nor, ain, nay, not yet taken, hardly, dosent, none of, wasn, haven, nt',
  none: 'none, nothing, not one',
  notyet:
    'not yet, yet, not yet no, no not yet, not just yet, still havent, havent yet, not at the moment, not at this time, not this minute, not this second, still not, still need to, still have to, still no, not so far, so far no, no yet',
  later:
    'getting home/water/food/dressed/ready/out to/first/_, getting round to it, getting around to it, cant just now, not just now, gimme 1/a/one/two/five/ten min/mins/minute/minutes/sec/secs, gimme, 2 secs, two secs, give us a/ten/five/two/10/5 min/mins/minutes/sec/secs, remind us, remind us again, av it later, in a jiffy, in a mo, two ticks, 2 ticks, later, l8r, latr, ltr, in a bit, in a while, in a minute, in a moment, in a sec, in a second, in a little, in a few, in a little while, in a little bit, in an hour, in half an hour, remind me, remind me again, soon, shortly, wait, hold on, one sec, one second, one moment, one minute, just a sec, just a minute, give me a minute/sec/second/moment/bit, give me a few/few minutes, give me some time, a bit later, after a while, on it, doing it now, on my way, heading home, omw, brb, tonight, almost there, snooze, will do, i will, ill do it, i will do it, ill do it later, about to, ill be, hang on, some other time, next hour, let me eat, let me finish, let me get home, need to eat, have to eat, eat first, eating first, waiting for food, waiting to eat, when i eat, need food first, this evening i will, in the evening, getting to it, ill get to it, gonna, working on it, on the way, going to now, once i, as soon as, when i get, when im, when i, after i, until i, ask me later, ping me later, text me later, try me later, check back, check back later, give me',
  tomorrow: 'tomorrow, tmrw, tmr, tomoro, tomorow',
  when: 'when, once, as soon as, whenever, until',
  due: 'its not time, not time yet, isnt time yet, its not due, due at, mine is at, i take it at, i take mine at, its at, my dose is at, im supposed to take it at',
  busy: 'im driving, driving, im busy, busy, at work, in a meeting, in class, im eating, eating, im at work, im cooking, im in the shower, at the store, im out right now, in traffic, at church, on the bus, on the train, with a client, on a call, im working, at dinner, at school, im still at, still at work, walking the dog',
  fut: 'itll be, will be taken, be taken, to be taken, ill, i will, will, going to, gonna, about to, bout to, imma, ima, im going, planning to, plan to, gunna, ready to, i shall, shall, fixing to, fixin to, finna, getting ready to, on my way to, intend to, want to wait, supposed to, i would, ill be, promise to, trying to, go take, let me',
  wasgoing: 'was going to, was about to, was gonna, meant to, were going to, wanted to but',
  must: 'i have to, i need to, ive got to, i gotta, i should, need to, have to, i must, must, should, gotta, got to, ought to, has to, needs to, must be, should be, to be, had to',
  takepres: 'take, takes, i take',
  takeinf:
    'take it, taking it, take, tkae, have it, take them, take my, take mine, take those, swallow, inject, give it, use it',
  taking: 'taking them, taking, taking it, taking my',
  want: 'want, wanna, want to, wish, like to, care to, interested in, need, feel like, would like',
  refuse:
    'refusing, refusing it, done taking, not doing it anymore, clamped his mouth, clamped her mouth, changed my mind, ill pass, gonna pass, hard pass, refuse, refused, refuses, i refuse, dont need it, dont need them, dont like it, dont like them, dont feel like it, dont want it, dont want them, dont want to because, decided not to, chose not to, rather not, id rather not, not interested in taking, dont believe in, im scared of, afraid to, scared to, no need, sick of taking, tired of taking, wouldnt take it, wont take it, dont take it anymore, not going to, not gonna, spit it out, spat it out',
  stopped:
    'stopped taking, quit taking, stop taking, gave up taking, stopped, quit, off it, stopped using, discontinued, gave up on',
  advised:
    'told me to stop, took me off, stopped it, discontinued, told me not to, told me to skip, said to stop, said to skip, said not to, said no, changed it, told me to hold, said to hold, advised me not to, advised against, suspended, told me i could stop, told us to stop, told me stop, says to stop',
  doctor:
    'doctor, doctors, dr, doc, physician, nurse, cardiologist, pharmacist, specialist, psychiatrist, clinic, hospital, oncologist, vet',
  said: 'said, told, says, advised, ordered, asked, wants, tells, recommended',
  forgot:
    'forgot, i forgot, forgotten, forget, slipped my mind, forgot to, forgot about it, totally forgot, didnt remember, did not remember, forgat, frogot, forgott, lost track of time, lost track, completely forgot, spaced, didnt realize, must have forgotten, ive forgotten, i had forgotten, had forgotten',
  asleep:
    'fell asleep, was asleep, i was asleep, slept through, overslept, was sleeping, i was sleeping, slept in, just woke up late, slept',
  wasbusy:
    'was busy, too busy, no time, got busy, was at work, was working, didnt have time, had no time, was driving, was out, didnt get a chance, didnt get to it, got caught up',
  couldnt: 'couldnt, unable to, wasnt able to, was unable to, didnt manage, cant right now, cant',
  noaccess:
    'left it at, left them at, left my pills, left my meds, left them, not with me, dont have it with me, dont have them with me, dont have my meds with me, dont have my pills with me, not home, im not home, im not at home, not at home, away from home, im out of town, out of town, im away, its at home, theyre at home, pills are at home, meds are at home, forgot to bring, didnt bring, dont have it on me, dont have them on me, didnt pack, forgot my meds at, forgot my pills at, im traveling without, dont have access',
  skipped:
    'still in the box/bottle/pillbox/organizer/pack/packet/blister, still sitting there, still there in the, found it in the box, missed taking, skipped, skipped it, skip, skipping, missed, missed it, missed my, missed a, i missed, skip it, passed on, i skipped',
  out: 'backorder, back order, backordered, on backorder, on back order, is finish, medicine finish, finish my medicine, pharmacy hasnt, pharmacy havent, hasnt filled it, not filled it, hasnt been filled, empty, ive run out, i have run out, lost the, ive lost, ive lost the, i have lost, lost them all, ran out, run out, ran outta, running out, running low, runs out, out of pills, out of meds, out of medicine, out of medication, out of insulin, out of it, out of them, im out, im all out, we are out, all out, all gone, its gone, theyre gone, none left, no pills, no meds, no medicine, no medication, no insulin, no more pills, no more meds, no more medicine, no more medication, no refills, any left, any more left, any pills, any meds, any medicine, dont have it, dont have them, have none, got none, refill, refills, need refill, out of stock, pharmacy doesnt have, pharmacy is out, pharmacy closed, pharmacy was closed, pharmacy didnt have, pharmacy has none, dont have my medicine, dont have my meds, dont have my pills, dont have medicine, dont have more, lost my, lost it, lost them, i lost, cant find, couldnt find, havent picked up, didnt pick up, havent gotten, havent received my, need more pills, need more meds, need more medicine, need more, last pill, last one, expired, need a new prescription, prescription expired, no stock, waiting for my prescription, waiting on the pharmacy, waiting on my, stolen, stole my, dropped it, bottle is empty, bottle empty, havent got any, hasnt arrived, insurance wont',
  nomoney:
    'cant afford, couldnt afford, too expensive, cannot afford, no money, dont have money, dont have the money, costs too much, cost too much, too much money, so expensive, unaffordable, copay',
  sick: 'cant stop vomiting, cant stop throwing up, wont stop vomiting, brought it back up, brought it straight back up, threw it right back up, threw it back up, threw it straight up, came back up, came right back up, couldnt keep it, queasy, woozy, groggy, knocked me out, wiped me out, jittery, loopy, foggy, made me loopy, sick to my stomach, off balance, bloated, sick, ill feeling, threw up, throw up, threw it up, throwing up, throwed up, puke, puked, puking, vomit*, nausea*, nauseous, nauseated, dizzy, dizziness, lightheaded, light headed, rash, hives, itch*, hurts, hurt, hurting, headache*, migraine, head aches, stomach ache, stomachache, tummy ache, upset stomach, stomach upset, pain, pains, painful, ache, aches, fever, diarrhea, diarrhoea, feeling bad, feel bad, feeling terrible, feel terrible, feel awful, feel horrible, feeling awful, feeling worse, feel worse, feel weird, feel weak, feeling weak, feel funny, feeling funny, feel off, feeling off, not feeling well, dont feel well, dont feel good, not feeling good, doesnt feel right, dont feel right, not well, unwell, side effect, side effects, reaction, weak, tired all, shaky, shaking, tremors, palpitations, heart racing, racing heart, cramps, cramp, constipated, insomnia, burning, heartburn, spit it up, didnt stay down, cant keep it down, couldnt keep it down, didnt agree with me, doesnt agree with me, upset my stomach, blurry vision, swollen feet, swollen ankles, chills, bad reaction, made me feel, makes me feel, makes me, made me sick, gagged, blood sugar is high, blood sugar is low, sugar is high, sugar is low, blood pressure is high, blood pressure is low, sleepy all, barf*',
  cantswallow:
    'stuck in, got stuck, gagged on, cant swallow, couldnt swallow, hard to swallow, stuck in my throat, choked on, cant get it down, couldnt get it down, trouble swallowing, unable to swallow',
  wrongmed:
    'wrong pill, wrong pills, wrong one, wrong med, wrong meds, wrong medicine, wrong medication, wrong dose, wrong tablet, somebody elses, someone elses, his instead, hers instead, mixed up, mixed them up, instead of mine, wrong bottle, mixed up my pills, my husbands pill, my wifes pill',
  double:
    'two lots, 2 lots, two doses, 2 doses, both doses at once, double up, double, doubled, doubled up, twice, two times, 2 times, three times, too many, too much, a lot of pills, many pills, lots of pills, whole bottle, entire bottle, all the pills, all my pills at once, handful, extra, an extra, extra dose, extra pill, another one by mistake, double dose, double dosed',
  perday:
    'twice a day, twice daily, two times a day, three times a day, times a day, 2 times a day, 3 times a day, once a day',
  overdose: 'overdose, overdosed, od, oded, over dose, poison*, overdosing',
  again: 'repeat, take another, again, another, another one, one more, second one, more than one, more than i should',
  mistake: 'by mistake, by accident, accidentally, mistakenly, on accident, accidently',
  chest: 'in chest, my chest area, in my chest, in the chest, my chest, chest, heart',
  hurts: 'pain, pains, hurts, hurt, hurting, aching, ache',
  urgent:
    'cant breathe, cant breath, cannot breathe, can not breathe, couldnt breathe, hard to breathe, hard time breathing, trouble breathing, difficulty breathing, difficult to breathe, short of breath, shortness of breath, not breathing, isnt breathing, struggling to breathe, breathless, gasping, wheezing badly, choking, suffocating, faint*, passed out, pass out, passing out, blacked out, collapsed, unconscious, unresponsive, not responding, wont wake up, doesnt wake up, not waking up, cant wake him, cant wake her, cant wake, seizure*, convuls*, having a fit, bleeding, bleed, hemorrhage, blood in, vomiting blood, throwing up blood, coughing blood, coughing up blood, allergic reaction, anaphyla*, throat is swelling, throat is closing, throat closing, throat swelling, throat swollen, tongue swollen, tongue is swollen, swollen tongue, swollen face, face swollen, face is swollen, face is swelling, lips swollen, lips are swollen, swollen lips, lips are swelling, lips swelling, swelling up, tongue is swelling, emergency, ambulance, 911, 999, 112, call 911, er, heart attack, stroke, paralyzed, cant move, numb on, face drooping, dying, im dying, i am dying, going to die, turning blue, blue lips, suffocate, urgent, urgently, help me im, hypo, hallucinating, very low sugar, going to pass out',
  idiom:
    'of laughter, laughing, to see, of hunger, of boredom, for a, lol, of thirst, to know, of embarrassment, to go, hungry, from laughter, of heat',
  selfharm:
    'dont wanna be here anymore, wanna be here anymore, want to be here any more, didnt wake up, never wake up, not wake up, dont wake up, wouldnt wake up, suicid*, kill myself, killing myself, end my life, ending my life, end it all, want to die, wanna die, wish i was dead, wish i were dead, want to be dead, dont want to live, dont want to be alive, dont wanna live, dont want to be here anymore, no reason to live, better off dead, hurt myself, harm myself, self harm, cut myself, hurting myself, take my own life, take my life, taking my life, not worth living, no longer want to live, tired of living, kms, rather be dead, to die, die in peace, wants to die, kill himself, kill herself, end his life, end her life',
  deceased: 'passed away, died, has died, is dead, deceased, passed last, no longer with us, passed on, funeral, rip',
  wrong:
    'his/her/their old number/phone, i not the patient, not the patient, number is mistake, mistake number, this phone is mine, phone is mine since, nobody/no-one called, no one called, nobody by the name, no one lives, mis dialed, misdialed, this/_ isnt/is/_ not/_ her/his/my/their phone/number, wrong number, wrong person, wrong phone, wrong contact, wrong guy, wrong lady, wrong #, not my number, not her number, not his number, isnt her phone, isnt his phone, isnt her number, isnt his number, isnt the number, not the right person, not the right number, dont know who, dont know her, dont know him, dont know them, dont know any, dont know anyone, dont know anybody, dont know this person, dont know that person, dont know a, no one by that name, nobody by that name, no one here by, nobody here by, nobody named, no one named, by that name, doesnt live here, dont live here, no longer lives here, not live here, moved out, new phone, got this number, just got this number, new number, no longer her number, no longer his number, not for me, meant for someone else, this isnt for me, mistaken identity, you have the wrong, you got the wrong, someone elses number, i dont take any, i dont take medicine, i dont take medication, i dont take meds, im not on any medication, not a patient, not your patient, not the person, never been a patient',
  iamnot: 'im not, i am not, this is not, this isnt',
  stopall:
    'stop, stopall, stop all, unsubscribe, cancel, end, quit, revoke, remove, optout, opt out, opt-out, td, arret, arrete, arrett, unsub, unsuscribe, unsubcribe, enough, no more, stahp, cease, stop it, stop this, delete, stop now, stop stop, leave, block, disable, deactivate, terminate, unregister',
  contact:
    'text, texting, txt, txting, message, messaging, msg, msging, contact, contacting, call, calling, email, emailing, bother, bothering, spam, spamming, write, writing, send, sending, harass, harassing, notify, notifying, remind me anymore, reminding, pestering, bugging, annoying me, bug, reaching out, disturb, disturbing, blowing up my phone',
  message:
    'texts, text, messages, message, msgs, reminders, reminder, notifications, alerts, sms, emails, calls, txts, updates, subscription, this service, the service, from you, your service, program, spam, this crap, this shit',
  receive: 'receive, receiving, get, getting, recieve, recieving, hear',
  stopimp:
    'stop, quit, end, cancel, please stop, cease, turn off, enough of, enough with, no more, disable, discontinue, halt, make it stop, sick of',
  remove:
    'rather not receive/get these/messages/texts/reminders/any, prefer not to receive/get, take me off, take my number off, take us off, remove me, remove my number, remove this number, remove us, opt me out, delete my number, delete me, delete this number, lose my number, leave me alone, want to unsubscribe, to unsubscribe, unsubscribe me, unsubscribe from, unsubscribe please, want out, want to opt out, to opt out, opting out, i opt out, opt out of, revoke my consent, revoke consent, withdraw my consent, withdraw consent, do not consent, dont consent, not consent, get me off, sign me out, cut it out with, block you, blocking you, blocking this number, reporting you, report you as spam, i dont want to participate, sign me off, want off, fuck off, go away, piss off, buzz off',
  optin:
    'start, unstop, resubscribe, re subscribe, subscribe, subscribe me, sign me up, opt in, opt me in, optin, opt me back in, sign me back up, turn reminders back on, turn them back on, messages again, reminders again, texts again, start again, restart, resume, resume reminders, resume messages, start sending, start texting, want to get messages, want to receive, want the reminders back, want reminders, reminders back, turn back on, messages back, texts back, put me back, add me back, enroll me, start reminders, want back in, continue',
  help: 'dont know what to press, dont know how to answer, not sure how to answer, not sure what to press, what do i press, how do i answer this, help, help me, need help, i need help, info, information, how does this work, what is this, whats this, what do i do, what do i reply, what should i reply, how do i reply, how do i answer, how do i use, how do i use this, dont understand, do not understand, i dont get it, menu, options, instructions, more info, more information, support, assistance, what does this mean, what is this for, whats this about, what is this about, i have a question, have a question, talk to someone, speak to someone, talk to a person, talk to a nurse, speak to a nurse, speak to a doctor, talk to a doctor, talk to my doctor, confused, explain',
  ask: 'do, did, does, should, can, could, would, what, whats, how, when is, when do, when should, when am, why, which, where, is it, is this, am i, are you, have i, has, may i, must i, will it, will i, was it, is there, did i, do i, can i, should i, how many, how much, how long, how often, what if, what time, what happens, who, is',
  cond: 'if, if i, unless, wish, i wish, would have, wouldve, id have, should have, shouldve, could have, couldve, in case, what if, only if, provided, were i, had i, pretend, pretending, as if',
  that: 'that i, that, what, because, which, says, said, told',
  doubt:
    'i lied, a lie, lying, lie, in my dreams, were taken, was taken, got taken, have been stolen, thought, sworn, used to, assumed, dreamed, dreamt, figured, not true, just kidding, jk, kidding, joking, just joking, was lying, guess, assume, believe, think, think so, maybe, perhaps, not sure, unsure, probably, might, might have, possibly, cant remember, dont remember, can not remember, cannot remember, dont recall, cant recall, pretty sure, supposedly, dont know, idk, dont think, dont think so, not certain, kinda, kind of, sort of, sorta, apparently, must have, could be, no idea, no clue, hopefully, allegedly, wonder, forgot if, forget if, forgot whether, hopefully i, may have, almost sure, sure if',
  partial:
    'halfway, half way, partway, part way, all but, everything except, all except, but that one, but not this one, but this one, except that one, every one but, half, half of, part of, some of, only one, just one, one of, only took one, a few of, partially, partly, most of, except, quarter, a quarter, only, but not, not all, only the, some, piece of',
  pastday:
    'from last night, from yesterday, yesterday, last night, day before, the other day, last week, monday, tuesday, wednesday, thursday, friday, saturday, sunday, days ago, day ago, last month, weeks ago, week ago, months ago, month ago, years ago, yday, yest, yesterdays, always, usually, everyday i, every day i, this week, last time, all week, before that, previous, a year ago',
  correction:
    'i was wrong, my mistake, my bad, correction, i meant, i misspoke, oops, ooops, actually, i made a mistake, made a mistake, mistyped, wrong button, wrong answer, wrong reply, hit the wrong, pressed the wrong, i mean, scratch that, i lied, typo, answered wrong, replied wrong, didnt mean, ignore my last, ignore that, disregard',
  all: 'all, both, all of them, both of them, all of it, everything, all three, them all, them both, all two, the two, every one, all my pills, all my meds',
  option: 'option, number, choice, answer, answer is, reply, press, dose number',
  unit: 'minute, minutes, min, mins, hour, hours, hr, hrs, h, m, sec, seconds',
  inprep: 'in, give me, within, another, need',
  buteasy: 'but, because, though, however, although, cuz, cause, coz, bc, except',
  other: 'appointment, my appointment, results, lab, schedule, reschedule, clinic',
  press: 'tight, tightness, pressure, heavy',
  aux: 'i have the/my/a/an/some/it/them/pills/meds/medicine/to/no, ive got, i have one, i have it, i have them, i do have, have, am, is, are, been, be, feel, feels, feeling, having, any, there, got, was, im having, it is, its',
  lack: 'dont have, do not have, i have no, have no, dont have any, dont have any more, got no, didnt have',
  soon: 'straight away, right away, immediately, at once, now, right now, at the moment',
  quit: 'stopped/quit taking, gave up taking, stopped using, off my meds, came off it',
  nay: 'nope, nah, naw, no no',
  almost: 'almost, nearly',
  elsewhat:
    'bus stop, last time, pill box, pillbox, pill organizer, to reply/text/answer/respond/tell/confirm/write/message/say/let, password, passcode, pin, appointment, name, keys, my phone, about you, your name, username, login',
  helpme: 'help me with, need help with, how do i use, cant work it, help with this, help with these',
  phone: 'phone, number, cell, line',
  isa: 'is, belongs, belong',
  optverb: 'add me, put me, sign me, include me, turn, switch, enroll me, bring',
  anew: 'again, back, back on',
  vital: 'sugar, blood pressure, glucose, pressure, bp',
  updown: 'high, low, dropped, spiked, too high, too low, elevated, crashed',
  swell: 'swell*, swollen, swelled, closing, puffed',
  face: 'face, tongue, lip, lips, throat, mouth, eyes, neck',
  instead: 'instead of',
  swallowed: 'swallowed, ate, has swallowed, took, got into, has eaten, drank, chewed',
  carer:
    'im her, im his, i am her, i am his, carer, caregiver, this is her daughter/son/husband/wife, this is his daughter/son/wife',
  undo: 'flushed it, tossed it, hid it, instead, spit it out, spat it out, spits it out, coughed it up, with me, with you, with us, with them, to the, out of the, back to, off the, from the, spat, spit, threw, threw it, trash, toilet, hid, gave it back, from him, from her, away, apart, drawer, back, off, out, over, down to, to my, to him, to her, with me to, along to, to work, to school',
  went: 'swallowed it fine, it went down',
  joins: 'and',
  stranger: 'neighbor, neighbour',
  ended:
    'done with, all done with, im done with, finished with, finished the, finished my, im done, i am done, done for, finished it all',
  wrongly: 'wrong, wrongly, incorrectly',
  thanksfor:
    'thanks for, thank you for, thank u for, thx for, ty for, thanks so much for, thank you so much for, sorry for, sorry about',
  sub: 'just saw, just seen, only just saw, only just seen, even tho, though, tho, even if, ni bien, while, when, as soon as, right when, even though, although, once i, whenever, right as, as i, before i, after i, before we, before you, before u, right before i, right after i, until',
  pretend:
    'say i, tell him, tell her, tell them, pretend, pretending, lets say, just say, let us say, say that, mark it as, put down that, sarcasm, as if',
  finish: 'finish, swallow, complete',
  care: 'little one, my little one, mother in law, my mother in law, father in law, _/my/the cats/dogs/mums/moms/dads/hubbys/babys/kiddo/kiddos/hubby/puppys, my/the/our/his/her/_ son/daughter/mother/mom/mum/mommy/mama/dad/daddy/father/baby/kid/kids/child/children/toddler/dog/cat/puppy/kitten/kitty/pup/grandma/grandpa/granny/grandmother/grandfather/grandson/granddaughter/grandchild/nana/nan/pet/patient/boy/girl/bunny/little-one/mother-in-law',
  spouse: 'my wife, my husband, my partner, my boyfriend, my girlfriend',
  friend:
    'someone, someone else, somebody, somebody else, another person, neighbor, neighbour, friend, my/her/his/your/a/the neighbor/neighbour/friend/roommate/boss/nurse',
  body: 'stomach, tummy, belly, gut, head, back hurts, skin, legs, hands, arm, feet, body',
  breathe: 'breathe, breathing, breath',
  full: 'full, empty',
  pressed: 'hit, pressed, typed, answered, replied, sent, tapped, clicked, meant to press',
  wholebox: 'whole bottle, entire bottle, the whole bottle, the whole box, entire box, all of the bottle',
  habit: 'always, usually, normally',
  ahead: 'early, ahead, ahead of time',
  also: 'too, as well',
  butthat:
    'everything/all/them/every-one but/except this/that/these/those one/ones/_, but/except that/this one, but not this/that one, but not this, except that',
  discarded:
    'dropped/threw/poured/chucked it down/in/into the/_ sink/toilet/drain/bin/trash/garbage/loo, threw it away/out, flushed it, tossed it, threw it in the trash/toilet/bin, hid it, fed it to the dog',
  musing: 'thinking of, thinking about, considering, thinking i might',
};
