import { DEFAULT, THEMES, type Tone } from './theme-colors.js'
import { ASCII, type Glyphs, UNICODE } from './theme-glyphs.js'

/** How a frame looks. */
export interface Theme {
  readonly name: string
  readonly glyphs: Glyphs
  /** Only ASCII is written: anything else becomes `?`. */
  readonly ascii: boolean
  /** What begins and what ends each tone; both empty where nothing is to be written. */
  readonly codes: Readonly<Record<Tone, ToneCodes>>
}

interface ToneCodes {
  readonly open: string
  readonly close: string
}

/** What a theme is chosen by. */
export interface ThemeChoice {
  /** One of {@link THEME_NAMES}; for any other, the default. */
  readonly theme: string
  readonly ascii: boolean
  /** Without it, no SGR sequence is ever written: signs alone tell what is marked. */
  readonly color: boolean
}

/** The themes there are; the first is the default. */
export const THEME_NAMES: readonly string[] = Object.freeze([...THEMES.keys()])

/** Makes a theme ready for drawing. */
export function createTheme({ theme, ascii, color }: ThemeChoice): Theme {
  const { name, tones } = THEMES.get(theme) ?? DEFAULT
  const codes = Object.entries(tones).map(([tone, sgr]) => [tone, codesOf(color ? sgr : '')])
  return { name, glyphs: ascii ? ASCII : UNICODE, ascii, codes: Object.fromEntries(codes) }
}

function codesOf(sgr: string): ToneCodes {
  if (sgr === '') return { open: '', close: '' }
  const ends = new Set(sgr.split(';').map(endOf))
  return { open: `\u001b[${sgr}m`, close: `\u001b[${[...ends].join(';')}m` }
}

/** The number that ends an attribute and leaves the others. */
function endOf(sgr: string): string {
  const code = Number(sgr)
  if (code === 1 || code === 2) return '22'
  if (code < 10) return String(20 + code)
  return (code >= 40 && code < 50) || code >= 100 ? '49' : '39'
}
