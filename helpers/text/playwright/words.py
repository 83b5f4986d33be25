"""The Playwright's words. Within a list no word begins another, so a reader can tell them apart.

Adjectives and nouns have two syllables and fall on the first, verbs and rhymes have one: a line
"[Start] [adjective] [noun] [verb] the [adjective] [rhyme]" is an iambic pentameter.
"""

NAMES = (
    "ajax beatrix cassio duke edgar feste gloucester hamlet iago juliet kent lear macbeth nestor "
    "olivia portia quince romeo silvia timon ursula viola wolsey york"
).split()
ADJECTIVES = (
    "golden broken little royal wicked silver heavy purple hidden foolish jealous noble bitter "
    "quiet frozen merry cruel gentle honest rusty lazy lofty empty drowsy gloomy humble secret "
    "ancient crooked tender weary mighty"
).split()
NOUNS = (
    "lion tailor widow beggar soldier raven dragon sailor prophet miller baker shepherd poet "
    "jester robin spider tyrant sister brother mother father captain master hunter weaver painter "
    "monarch uncle kitten devil doctor juggler"
).split()
VERBS = (
    "seek hide break guard mock know burn greet haunt wound find keep steal leave hold take make "
    "hear rule serve call warm turn light clean paint love hate fear bring want shake"
).split()
RHYMES = [
    group.split()
    for group in (
        "night light knight sight",
        "day clay bay tray",
        "crown gown town clown",
        "sea tree bee key",
        "king ring spring string",
        "moon tune spoon noon",
        "stone throne bone cone",
        "rose nose hose prose",
        "snow bow foe doe",
        "sand land hand band",
        "book brook hook cook",
        "flame name game dame",
    )
]
MANY = [noun + "s" for noun in NOUNS]
ONE_STARTS = "the this my each her thy".split()
MANY_STARTS = "and but for yet when where while since our your now if".split()
PHRASES = {
    "scene": (
        "a garden by the sea|a hall in the castle|a wood near Athens|a street in Venice|the market|"
        "a heath with thunder|the deck of a ship|a graveyard|before the gates|on the battlements|"
        "a tavern at midnight|in the prison"
    ).split("|"),
    "place": (
        "in the tower|beneath the bridge|at the gate|beyond the river|upon the hill|"
        "by the old oak|under my cloak|among the graves|behind the arras|across the sea|"
        "with the queen|far from here"
    ).split("|"),
    "greeting": "good morrow|good even|well met|god save thee|all hail|peace be with thee".split(
        "|"
    ),
    "cry": (
        "what news|speak no more|o heavy hour|draw thy sword|have mercy|fie upon it|"
        "long live the queen|come away|alack the day|ring every bell|up and be doing|more light"
    ).split("|"),
    "retort": (
        "I have heard worse|let him say it again|so said my father|words are wind|"
        "it is an honest cry|the fool may be right|we shall see|and I say no"
    ).split("|"),
    "swear": "curse bless follow honour pardon question judge forgive obey warn serve love".split(),
}
THINGS = "crowns rings keys bones roses ravens spoons books".split()
SYLLABLES = [c + v for c in "bdfghjklmnprstvz" for v in "aeiou"]
NUMBERS = "one two three four five six seven eight nine ten eleven twelve".split()
