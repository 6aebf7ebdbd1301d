/** What is refused, as data. A rule's id is what the record and the person see; the word that matched is never shown. */
import type { Verdict } from '../../core/verdict.ts';

/** Version of all lists here; raise it with every change. */
export const PROMPT_RULES = 'prompt-rules-2';

export type RuleId =
  | 'sexual-minors'
  | 'undressing'
  | 'real-person'
  | 'sexual'
  | 'nudity'
  | 'suggestive'
  | 'gore'
  | 'self-harm'
  | 'hate';

export interface Rule {
  id: RuleId;
  /** One of these must be there … */
  words: readonly string[];
  /** … and one of these, where given … */
  together?: readonly string[];
  /** … or one of these, in whatever way it is spelt or spread. */
  anyhow?: readonly string[];
  reason: NonNullable<Verdict['reason']>;
}

const words = (list: string): readonly string[] => list.split(',').map((word) => word.trim());

/** English, then German, French, Spanish, Italian, Portuguese, Dutch, Polish, Turkish, Russian, Japanese, Chinese, Korean, Arabic, Hindi. */
const SEXUAL = words(`
  sex, sexual, sexually, porn*, pornographic, hentai, ecchi, erotic*, erotik*, xxx, nsfw, not safe for work, rule
  34, rule34, r34, onlyfans, adult content, fetish*, bdsm, bondage, kamasutra, kama sutra, fuck*, motherfuck*,
  blowjob*, blow job*, handjob*, hand job, footjob*, rimjob*, titjob*, deepthroat*, deep throat, gangbang*, gang
  bang, threesome, creampie, cum, cums, cumming, cumshot*, bukkake, jizz*, ejaculat*, orgasm*, orgy, orgies,
  masturbat*, fellatio, cunnilingus, anal sex, anal, intercourse, doggystyle, doggy style, cowgirl position,
  missionary position, penis, penises, dick, dicks, dickpic, cock, phallus, phallic, erection, testicles, scrotum,
  semen, vagina*, vulva, labia, clitoris, pussy, pussies, cunt*, dildo*, buttplug*, butt plug, vibrator, boob,
  boobs, boobies, tit, tits, titties, titty, breasts, bare breast, nipple, nipples, areola*, genital*, slut, sluts,
  slutty, whore, whores, hooker, prostitute*, stripper*, striptease, milf, camgirl, futanari, ahegao, yiff*, incest,
  bestiality, zoophil*, rape, raped, raping, rapist, molest*, upskirt, cameltoe, camel toe, spread legs, spreading
  legs, bent over naked, lewd*, horny, making love, ficken, fickt, gefickt, muschi, titten, schwanz lutschen,
  wichsen, pornografie, geschlechtsverkehr, nutte, vergewaltig*, pornographie, baise, baiser une, bite en erection,
  salope, seins nus, sexe, enculer, pornografia, follando, follar, coño, polla, tetas, puta, sexo, mamada,
  violacion, scopare, cazzo, tette, sesso, pompino, stupro, buceta, caralho, foder, peitos nus, putaria, neuken,
  geneukt, seks, kutje, ruchanie, cycki, cipka, sikis, sikiş, amcık, порно, секс, трах, хентай, минет, сиськи,
  эротик, изнасил, porno, seksualn*, trahaet, siski, eroticheskoe, ポルノ, エロ, セックス, 性交, おっぱい, 変態, 色情, 做爱, 做愛, 淫, 强奸,
  強姦, AV女优, 포르노, 섹스, 야동, سكس, اباحي, पोर्न, सेक्स, seqing, oppai, poruno
`);

const NUDITY = words(`
  naked, nakedness, nude, nudes, nudity, nudist*, topless, bottomless girl, undressed, undressing, undress,
  unclothed, disrobed, bare chested woman, bare bottom, bare butt, bare ass, without clothes, without any clothes,
  without clothing, no clothes, no clothing, no clothes on, clothes off, clothes removed, wearing nothing, wears
  nothing, wearing only a smile, wearing just a smile, nothing but a smile, birthday suit, in the buff, in the nude,
  stark naked, skinny dipping, as god made her, as god made him, full frontal, nackt, nackte, nackter, nacktes,
  nackten, entkleidet, ohne kleidung, ohne kleider, desnuda, desnudo, desnudas, desnudos, sin ropa, nue, nues, femme
  nu, homme nu, femmes nues, sans vetements, deshabillee, nuda, nude donne, uomo nudo, senza vestiti, nua, sem
  roupa, naakt, naakte, naga kobieta, nagie, ciplak, çıplak, голая, голый, голые, голой, обнажен, обнажён, goraya,
  golaya, obnazhennaya, 裸, ヌード, 全裸, 裸体, 脱衣, luoti, zenra, 누드, 알몸, عارية, नंगी, nangi
`);

const SUGGESTIVE = words(`
  sexy, seductive*, sensual*, lingerie, thong, g string, see through, transparent dress, transparent shirt, wet t
  shirt, wet shirt, busty, cleavage, provocative pose, provocatively, big ass, bubble butt, twerking, negligee,
  dessous, lenceria, reizwasche
`);

const SCANT = words(`
  underwear, panties, bra, bikini, swimsuit, shirtless, kissing, making out, bare, bathing, shower, bedroom eyes
`);

const AGES = Array.from({ length: 18 }, (_, age) =>
  ['year old', 'years old', 'yo', 'y o']
    .map((unit) => `${age} ${unit}`)
    .concat(`${age}yo`, `age ${age}`, `aged ${age}`),
).flat();

const MINORS = [
  ...AGES,
  ...words(`
  child, children, childs, kid, kids, toddler*, baby, babies, infant*, newborn*, minor, minors, preteen*, pre teen,
  teen, teens, teenage*, tween, tweens, underage*, under age, schoolgirl*, school girl*, schoolboy*, school boy*,
  little girl*, little boy*, young girl*, young boy*, pupil, kindergarten*, preschool*, elementary school*, middle
  school*, high school girl*, high schooler*, adolescent*, childlike, youngster*, one year old, two year old, three
  year old, four year old, five year old, six year old, seven year old, eight year old, nine year old, ten year old,
  eleven year old, twelve year old, thirteen year old, fourteen year old, fifteen year old, sixteen year old,
  seventeen year old, kinder, madchen, mädchen, junge, minderjahrig*, schulerin, enfant, enfants, fillette, mineure,
  niña, niño, nina, nino, menor de edad, bambina, bambino, menina, menino, criança, kinderen, dziecko, cocuk, çocuk,
  ребенок, ребёнок, девочка, девочки, школьница, devochka, shkolnitsa, 子供, 少女, 小学生, 中学生, 女子高生, 幼女, 儿童, 兒童, 小女孩, 萝莉,
  어린이, 여고생, طفل, بच्ची, बच्ची
`),
];

const PEOPLE = words(`
  person, people, human, humans, man, men, woman, women, girl, girls, boy, boys, lady, ladies, guy, guys, gentleman,
  female, male, girlfriend, boyfriend, wife, husband, mother, mom, father, dad, sister, brother, daughter, son,
  model, actress, actor, princess, queen, prince, king, teacher, nurse, waifu, bride, couple, body, portrait,
  selfie, face, he, she, her, him, me, dancer, singer, student, elf, fairy, mermaid, goddess, witch, maid,
  celebrity, colleague, classmate, neighbour, neighbor, friend, frau, frauen, mann, madchen, femme, homme, fille,
  mujer, hombre, chica, donna, uomo, ragazza, mulher, homem, vrouw, kobieta, kadin, женщина, девушка, мужчина, 女, 男,
  人, 여자, 남자
`);

const REAL_PEOPLE = words(`
  donald trump, trump, melania, ivanka trump, joe biden, kamala harris, barack obama, michelle obama, obama, hillary
  clinton, bill clinton, george bush, alexandria ocasio cortez, aoc, bernie sanders, jd vance, vladimir putin,
  putin, zelensky*, zelenskyy, angela merkel, merkel, olaf scholz, friedrich merz, annalena baerbock, alice weidel,
  emmanuel macron, macron, marine le pen, giorgia meloni, meloni, keir starmer, boris johnson, rishi sunak, ursula
  von der leyen, erdogan, netanyahu, narendra modi, xi jinping, kim jong un, justin trudeau, lula, javier milei,
  pope francis, pope leo, king charles, queen elizabeth, prince william, kate middleton, prince harry, meghan
  markle, dalai lama, greta thunberg, elon musk, mark zuckerberg, jeff bezos, bill gates, sam altman, taylor swift,
  billie eilish, ariana grande, selena gomez, beyonce, rihanna, lady gaga, madonna singer, britney spears, miley
  cyrus, katy perry, dua lipa, olivia rodrigo, sabrina carpenter, justin bieber, harry styles, kanye west, drake
  rapper, eminem, shakira, nicki minaj, cardi b, kim kardashian, kardashian, kylie jenner, kendall jenner, emma
  watson, scarlett johansson, margot robbie, natalie portman, jennifer lawrence, jennifer aniston, angelina jolie,
  brad pitt, leonardo dicaprio, tom cruise, tom holland, zendaya, millie bobby brown, sydney sweeney, gal gadot,
  emma stone, anne hathaway, jenna ortega, ana de armas, megan fox, keanu reeves, johnny depp, will smith, oprah
  winfrey, cristiano ronaldo, lionel messi, messi, serena williams, simone biles, lebron james, pokimane, belle
  delphine, mrbeast, pewdiepie, joe rogan, heidi klum, helene fischer, lena meyer landrut
`);

const GORE = words(`
  gore, gory, goriest, guro, dismember*, disembowel*, decapitat*, behead*, mutilat*, eviscerat*, entrails, severed
  head*, severed limb*, severed arm*, severed leg*, severed hand*, severed finger*, ripped apart, torn apart body,
  torn limb from limb, blood and guts, intestines hanging, snuff film, flayed, skinned alive, impaled, crushed
  skull, torture, tortured, torturing, rotting corpse*, mangled body, mangled corpse, cannibal*,
  enthauptet, enthauptung, verstummelt, decapitacion, descuartiz*, расчлен, 斩首, 斬首, 분해된 시체
`);

const VIOLENCE = words(`
  dead, death, killed, kill, killing, murder*, shot, shooting, stabbed, stabbing, bleeding, bloody, blood, beaten,
  beating, hanged, hanging, lynch*, executed, execution, corpse, coffin, assassinat*, burning alive, strangled,
  choked, bullet*, guillotine, gallows, noose, behind bars, arrested, wounded
`);

const SELF_HARM = words(`
  suicide, suicidal, self harm, self harming, selfharm, cutting wrists, cut wrists, slit wrists, slitting wrists,
  cutting herself, cutting himself, hanging herself, hanging himself, overdosing, pro ana, thinspo, selbstmord,
  suizid, suicidio, самоубий, 自殺, 自杀, 자살
`);

const HATE = words(`
  nigger*, nigga*, kike, kikes, faggot*, gook, gooks, wetback*, spic, spics, raghead*, towelhead*, tranny, trannies,
  untermensch*, white power, heil hitler, sieg heil, gas the jews, kanake*
`);

const CHILD_ABUSE = words(`
  loli, lolis, lolicon, lolita, shota, shotas, shotacon, cp porn, child porn, kiddie porn, pedo, pedos, pedophil*,
  paedophil*, jailbait, csam, ロリ, ショタ, лоли
`);

/** Clothes, as something to leave out. */
export const CLOTHES = words(`
  clothes, clothing, clothed, dressed, shirt, shirts, pants, trousers, garment, garments, censored, censor,
  censorship, sfw, kleidung, kleider, ropa, vetements, vestiti, roupa, одежда, 衣服, 服
`);

const CHILD_REASON = 'The prompt breaks the rule on minors. Such pictures are never made.';

/** In the order in which they are tried: the gravest first. */
export const RULES: readonly Rule[] = [
  {
    id: 'sexual-minors',
    words: CHILD_ABUSE,
    anyhow: ['lolicon', 'shotacon', 'childporn', 'kiddieporn', 'pedophil'],
    reason: CHILD_REASON,
  },
  {
    id: 'sexual-minors',
    words: MINORS,
    together: [...SEXUAL, ...NUDITY, ...SUGGESTIVE, 'underwear', 'panties', 'bra'],
    reason: CHILD_REASON,
  },
  {
    id: 'real-person',
    words: REAL_PEOPLE,
    together: [...SEXUAL, ...NUDITY, ...SUGGESTIVE, ...SCANT, ...GORE, ...VIOLENCE],
    reason: 'The prompt breaks the rule on real people: they are not shown undressed, in sexual or in violent scenes.',
  },
  {
    id: 'sexual',
    words: SEXUAL,
    anyhow: [
      'porn',
      'hentai',
      'nsfw',
      'blowjob',
      'handjob',
      'gangbang',
      'deepthroat',
      'cumshot',
      'bukkake',
      'masturbat',
      'dildo',
      'fellatio',
      'creampie',
      'pornhub',
      'xvideos',
    ],
    reason: 'The prompt breaks the rule on sexual content, which is off on this server.',
  },
  { id: 'nudity', words: NUDITY, reason: 'The prompt breaks the rule on nudity, which is off on this server.' },
  {
    id: 'suggestive',
    words: SUGGESTIVE,
    together: PEOPLE,
    reason: 'The prompt breaks the rule on sexual content, which is off on this server.',
  },
  { id: 'gore', words: GORE, reason: 'The prompt breaks the rule on graphic violence.' },
  {
    id: 'self-harm',
    words: SELF_HARM,
    reason:
      'The prompt breaks the rule on self-harm. If you are thinking about hurting yourself, please talk to someone you trust or to a local helpline.',
  },
  { id: 'hate', words: HATE, reason: 'The prompt breaks the rule on hate.' },
];

/** Leaving clothes out of a picture of people is asking for the opposite. */
export const UNDRESSING: Rule = {
  id: 'undressing',
  words: CLOTHES,
  together: [...PEOPLE, ...MINORS, ...REAL_PEOPLE],
  reason: 'The negative prompt breaks the rule on nudity: it may not take clothes away from people.',
};

/** Ways to ask for less clothing, where nobody need say on whom. */
const UNDRESS = words(`
  strip her, strip him, strip them, stripped, stripping, unclothe, unclothes, disrobe, disrobes, nudify*, denud*, deepnude*,
  undress*, clothes away, take off her, take off his, take off their, takes off her, takes off his, taking off her,
  taking off his, taken off her, taken off his, take off the clothes, take off the dress, take off the shirt, take
  off the top, remove the clothes, remove clothes, remove clothing, remove the clothing, remove the dress, remove the
  shirt, remove her, remove his, remove their, removing her, removing his, rip off her, rip off his, tear off her, tear
  off his, without a shirt, without shirt, without a top, without top, without dress, without a dress, without pants,
  without trousers, x ray clothes, xray clothes, sheer dress, sheer top, sheer shirt, sheer fabric, transparent clothes,
  transparent clothing, less clothes, less clothing, fewer clothes, skimpy, scantily, revealing clothes, revealing dress,
  revealing outfit, bare skin, bare chest, bare shoulders, bare legs, bare body, barely dressed, barely clothed,
  shirtless, half naked, underwear, panties, bra, bras, bikini*, swimsuit*, swimwear, thongs, latex suit, hot body,
  aroused, body paint, bodypaint, pin up, pinup, ausziehen, ausgezogen, entkleid*, unterwasche, unterwäsche, ohne
  hemd, ohne oberteil, oben ohne, deshabille*, sous vetements, enleve ses, sin camisa, sin camiseta, desvestid*, quitale
  la ropa, ropa interior, spogliat*, senza maglia, sem camisa, tirar a roupa, uitkleden, ondergoed, rozebran*, bielizna,
  раздеть, раздень, раздета, нижнее белье, 脱がせ, 下着, 水着, 脱光, 内衣, 比基尼, 벗겨, 속옷
`);

/** In force beside the others where a picture is changed that somebody handed in. */
export const HANDED_IN_RULES: readonly Rule[] = [
  {
    id: 'undressing',
    words: [...UNDRESS, ...SUGGESTIVE],
    reason:
      'The words break the rule on pictures that somebody hands in: nobody in them is undressed or shown in a sexual way.',
  },
];

/** What careful people write into a negative prompt to stay clear of it. Not held against them there. */
export const AVOIDED = words(`
  nsfw, not safe for work, nude, nudes, nudity, naked, topless, sexual, sexy, explicit, porn, nipples, breasts,
  cleavage, lingerie, gore, gory, blood, violence, suicide, self harm
`);
