"""The words of the captions: styles, colours, places. models/vocab.json is written from these tables."""

# Icon set -> phrases; the first is the canonical one.
STYLES = {
    'fluent-emoji': ('glossy 3d render', '3d toy'),
    'fluent-emoji-flat': ('flat vector art', 'geometric illustration'),
    'fluent-emoji-high-contrast': ('black ink drawing', 'black and white icon'),
    'emojione-monotone': ('black ink drawing', 'black and white icon'),
    'noto': ('shaded cartoon', 'cartoon illustration'),
    'noto-v1': ('retro cartoon', 'vintage cartoon'),
    'twemoji': ('bold flat cartoon', 'flat sticker'),
    'emojione': ('storybook illustration', 'picture book drawing'),
}
# Captions without a style always mean this set, so that a prompt without style has one look and not a mixture.
DEFAULT_SET = 'noto'
# Sets drawn in black. They are placed on white or one colour, never in a scene.
INK = {'fluent-emoji-high-contrast', 'emojione-monotone'}

# How often each set was drawn for the first model; 0 also excludes it from the split. Keep these: the hold-out depends on them.
SPLIT_WEIGHT = {
    'fluent-emoji': 1.2,
    'fluent-emoji-flat': 1.0,
    'fluent-emoji-high-contrast': 0.7,
    'emojione-monotone': 0.0,
    'noto': 1.2,
    'noto-v1': 0.5,
    'twemoji': 1.0,
    'emojione': 0.8,
}

COLORS = {
    'red': (222, 62, 60),
    'orange': (245, 150, 60),
    'yellow': (250, 214, 90),
    'green': (96, 178, 100),
    'teal': (70, 170, 170),
    'blue': (90, 150, 225),
    'purple': (140, 100, 190),
    'pink': (245, 170, 195),
    'gray': (160, 165, 170),
    'beige': (240, 226, 200),
}

SCENES = {
    'meadow': ('in a green meadow', 'on the grass', 'in a field'),
    'night': ('at night under the stars', 'in a starry night', 'at night'),
    'sea': ('on the sea', 'by the ocean', 'on the water'),
    'snow': ('in the snow', 'in a snowy winter landscape', 'in winter'),
    'sunset': ('at sunset', 'in front of a sunset', 'in the evening'),
    'desert': ('in the desert', 'on desert sand'),
    'space': ('in outer space', 'floating in space', 'among the stars'),
    'underwater': ('underwater', 'under the sea'),
    'forest': ('in the forest', 'among the trees'),
    'mountains': ('in the mountains', 'in front of mountains'),
    'city': ('in the city', 'in front of a city skyline'),
    'beach': ('on the beach', 'on a sandy beach'),
}
# Scenes that the first model also knows, so that both can be asked for them.
FIRST_SCENES = ('meadow', 'night', 'sea', 'snow', 'sunset', 'desert', 'space', 'underwater')
