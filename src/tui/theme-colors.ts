/** What a stretch of text means; a theme says how that looks. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'accent'
  | 'good'
  | 'warn'
  | 'bad'
  | 'queued'
  | 'active'
  | 'succeeded'
  | 'dead'
  | 'scheduled'
  | 'retrying'
  | 'header'
  | 'tab'
  | 'banner'
  | 'cursor'
  | 'key'

/** The numbers of an SGR sequence: `1;31`. Empty: nothing is written. */
type Sgr = string

/** What a theme is as data. */
export interface ThemeColors {
  readonly name: string
  readonly tones: Readonly<Record<Tone, Sgr>>
}

/** The default, for dark backgrounds, and fair on light ones: the 16 colours that a terminal's own scheme defines. */
export const DEFAULT: ThemeColors = {
  name: 'default',
  tones: {
    plain: '',
    dim: '2',
    strong: '1',
    accent: '36',
    good: '32',
    warn: '33',
    bad: '31',
    queued: '33',
    active: '94',
    succeeded: '32',
    dead: '31',
    scheduled: '35',
    retrying: '33',
    header: '1',
    tab: '7',
    banner: '1;97;41',
    cursor: '7',
    key: '36',
  },
}

/** Darker shades, for light backgrounds. */
const LIGHT: ThemeColors = {
  name: 'light',
  tones: { ...DEFAULT.tones, active: '34', accent: '34', key: '34', queued: '33', dim: '90' },
}

/** No colour, but bold, dim and reverse. */
const MONO: ThemeColors = {
  name: 'mono',
  tones: {
    ...DEFAULT.tones,
    accent: '1',
    good: '',
    warn: '1',
    bad: '1',
    queued: '',
    active: '1',
    succeeded: '',
    dead: '1',
    scheduled: '',
    retrying: '',
    banner: '1;7',
    key: '1',
  },
}

/** Bright colours, nothing dim. */
const HIGH_CONTRAST: ThemeColors = {
  name: 'high-contrast',
  tones: {
    ...DEFAULT.tones,
    dim: '',
    accent: '1;96',
    good: '1;92',
    warn: '1;93',
    bad: '1;91',
    queued: '1;93',
    active: '1;96',
    succeeded: '1;92',
    dead: '1;91',
    scheduled: '1;95',
    retrying: '1;93',
    tab: '1;30;103',
    cursor: '1;30;107',
    key: '1;96',
  },
}

/** By name; the first is the default. */
export const THEMES: ReadonlyMap<string, ThemeColors> = new Map(
  [DEFAULT, LIGHT, MONO, HIGH_CONTRAST].map((theme) => [theme.name, theme]),
)
