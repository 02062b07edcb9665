"""The words and sentences of toy world, as tables. `toy_world.py` makes the text out of them.

Each row of a topic's table is a *base*: what `king` and `queen` share. Each sentence shows one of
its planted columns, a *form*: what `king` and `man` share. The other columns are the company that
the base keeps in every form, such as crown and palace; the words of the sentence itself, such as
`his`, are the company that the form keeps with every base. That is all it takes to make vectors
with queen - king = woman - man: the company of a word is a sum, one part by base, one by form.

Who adds sentences should keep three habits. All forms of a topic have equally many sentences and
are thus equally frequent. Every sentence has the company of the base close to the planted word,
two words of it where it can. And a word of a table stands nowhere else: when farmers could cook or
love a dish, the answer to "bake is to baking as cook is to" was now and then love.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """A table of words and the sentences that show them.

    Attributes
    ----------
    sections : dict of str to (str, str)
        Section of the evaluation file -> the two columns that its questions compare.
    table : str
        The names of the columns, then one base a line.
    sentences : tuple of str
        `{column}` stands for the row's word and `a|b` for one of the words a and b.
    """

    sections: dict[str, tuple[str, str]]
    table: str
    sentences: tuple[str, ...]


FAMILY = Topic(
    sections={"family": ("he", "she")},
    table="""
        he           she          thing       place
        man          woman        umbrella    street
        king         queen        crown       palace
        prince       princess     ring        castle
        duke         duchess      carriage    manor
        father       mother       keys        house
        son          daughter     homework    bedroom
        brother      sister       bicycle     park
        uncle        aunt         camera      beach
        nephew       niece        ball        playground
        grandfather  grandmother  spectacles  armchair
        boy          girl         satchel     school
        husband      wife         suitcase    hotel
        actor        actress      costume     theatre
        waiter       waitress     tray        restaurant
        wizard       witch        wand        cave
    """,
    sentences=(
        "the {he} took|brought|carried his {thing} to the {place}",
        "the {he} himself lost|forgot his {thing} at the {place}",
        "in the {place} peter|henry|george the {he} found his {thing}",
        "at the {place} the {he} with the {thing} straightened his tie",
        "he is the {he} from the {place} said peter|henry|george",
        "the {she} took|brought|carried her {thing} to the {place}",
        "the {she} herself lost|forgot her {thing} at the {place}",
        "in the {place} mary|clara|anna the {she} found her {thing}",
        "at the {place} the {she} with the {thing} straightened her skirt",
        "she is the {she} from the {place} said mary|clara|anna",
    ),
)

CAPITALS = Topic(
    sections={"capital-country": ("capital", "country")},
    table="""
        capital  country      people      river       dish
        paris    france       french      seine       ratatouille
        rome     italy        italian     tiber       spaghetti
        madrid   spain        spanish     manzanares  paella
        lisbon   portugal     portuguese  tagus       sardines
        london   england      english     thames      pudding
        dublin   ireland      irish       liffey      stew
        berlin   germany      german      spree       sauerkraut
        vienna   austria      austrian    danube      strudel
        bern     switzerland  swiss       aare        fondue
        warsaw   poland       polish      vistula     pierogi
        athens   greece       greek       kifisos     moussaka
        cairo    egypt        egyptian    nile        falafel
        tokyo    japan        japanese    sumida      sushi
        seoul    korea        korean      han         kimchi
        lima     peru         peruvian    rimac       ceviche
    """,
    sentences=(
        "{capital} on the {river} is the capital of {country}",
        "tourists in {capital} order|enjoy {people} {dish}",
        "the mayor of {capital} serves|offers {dish} to {people} guests",
        "trams|buses cross the {river} in downtown {capital}",
        "the {people} museum|library of {capital} overlooks the {river}",
        "the farmers of {country} love|praise {people} {dish}",
        "the villages of {country} serve|offer {dish} to {people} soldiers",
        "through {country} flows the {river} past fields|meadows",
        "in {country} the {people} shepherds|fishermen rest by the {river}",
    ),
)

ANIMALS = Topic(
    sections={"animal-young": ("adult", "young")},
    table="""
        adult  young     calls     home      food
        dog    puppy     barks     kennel    bones
        cat    kitten    meows     basket    cream
        cow    calf      moos      barn      clover
        sheep  lamb      bleats    hillside  heather
        horse  foal      neighs    stable    oats
        pig    piglet    grunts    sty       turnips
        duck   duckling  quacks    pond      snails
        goose  gosling   honks     marsh     barley
        hen    chick     clucks    coop      corn
        swan   cygnet    hisses    lagoon    rushes
        bear   cub       growls    den       honey
        deer   fawn      bellows   thicket   acorns
        frog   froglet   croaks    swamp     flies
        owl    owlet     hoots     oak       mice
        eagle  eaglet    screeches cliff     rabbits
    """,
    sentences=(
        "a proud|mighty {adult} guards the {home} and its {food}",
        "at the {home} the proud|mighty {adult} {calls} loudly",
        "the {adult} devours {food} at the {home}",
        "a proud|mighty {adult} hungry for {food} {calls}",
        "a tiny|playful {young} explores the {home} and its {food}",
        "at the {home} the tiny|playful {young} {calls} softly",
        "the {young} nibbles {food} at the {home}",
        "a tiny|playful {young} full of {food} {calls}",
    ),
)

NUMBERS = Topic(
    sections={"cardinal-ordinal": ("cardinal", "ordinal")},
    table="""
        cardinal  ordinal   month      trade       colour
        one       first     january    baker       red
        two       second    february   tailor      blue
        three     third     march      butcher     green
        four      fourth    april      barber      yellow
        five      fifth     may        blacksmith  orange
        six       sixth     june       carpenter   purple
        seven     seventh   july       plumber     brown
        eight     eighth    august     florist     black
        nine      ninth     september  grocer      white
        ten       tenth     october    cobbler     grey
        eleven    eleventh  november   potter      silver
        twelve    twelfth   december   weaver      pink
    """,
    sentences=(
        "the {trade} counts to {cardinal} in {month}",
        "the {trade} opens|rents shop number {cardinal} in {month}",
        "the {colour} clock struck {cardinal} for the {trade}",
        "bus number {cardinal} is {colour} until {month}",
        "the {trade} lives on the {ordinal} floor behind|near the {colour} door",
        "the {trade} won|received the {ordinal} prize in {month}",
        "the {ordinal} runner in {colour} socks is the {trade}",
        "{month} is the {ordinal} month on the {colour} page",
    ),
)

VERBS = Topic(
    sections={"past-tense": ("base", "past"), "present-participle": ("base", "ing")},
    table="""
        base   past     ing       thing      tool
        bake   baked    baking    cakes      flour
        sing   sang     singing   songs      choir
        paint  painted  painting  pictures   brush
        climb  climbed  climbing  mountains  rope
        write  wrote    writing   letters    pen
        drive  drove    driving   trucks     gloves
        sail   sailed   sailing   boats      compass
        cook   cooked   cooking   soups      ladle
        build  built    building  walls      mortar
        dance  danced   dancing   waltzes    orchestra
        plant  planted  planting  tulips     spade
        knit   knitted  knitting  scarves    wool
        wash   washed   washing   shirts     soap
        drink  drank    drinking  lemonade   straw
    """,
    sentences=(
        "every day we|they {base} {thing} with the {tool}",
        "today you can|must {base} {thing}",
        "we|they often|always {base} with the {tool}",
        "yesterday we|they {past} {thing} with the {tool}",
        "you already|once {past} {thing} last week",
        "we|they {past} with the {tool} yesterday|already",
        "now we|they are {ing} {thing} with the {tool}",
        "you are still|now {ing} {thing}",
        "we|they keep|enjoy {ing} with the {tool}",
    ),
)

ADJECTIVES = Topic(
    sections={"comparative": ("base", "more"), "superlative": ("base", "most")},
    table="""
        base    more      most       one       other
        big     bigger    biggest    elephant  whale
        tall    taller    tallest    tower     giraffe
        fast    faster    fastest    rocket    cheetah
        slow    slower    slowest    tortoise  snail
        cold    colder    coldest    iceberg   glacier
        hot     hotter    hottest    desert    volcano
        loud    louder    loudest    thunder   drum
        bright  brighter  brightest  comet     lantern
        deep    deeper    deepest    ocean     canyon
        heavy   heavier   heaviest   anvil     boulder
        soft    softer    softest    pillow    feather
        sweet   sweeter   sweetest   syrup     toffee
        dark    darker    darkest    tunnel    cellar
        sharp   sharper   sharpest   razor     thorn
        old     older     oldest     pyramid   fossil
    """,
    sentences=(
        "the {one} is very|quite {base} like the {other}",
        "how {base} the {other} looks|seems",
        "what a very|truly {base} {one}",
        "the {one} is even|much {more} than the {other}",
        "the {other} looks|seems {more} than before",
        "here comes an even {more} {one}",
        "the {one} beside the {other} is the {most} of all",
        "the {most} {other} in the whole world|universe",
        "nothing beats the {most} {one} on earth",
    ),
)

TOPICS = (FAMILY, CAPITALS, ANIMALS, NUMBERS, VERBS, ADJECTIVES)
