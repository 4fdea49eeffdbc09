/** As long as a text is that travels to those who watch: more than a screen shows in a line. */
const MOST_CHARS = 300

/** The beginning of a text that comes from jobs, so from outside: nobody knows how long it is. */
export const headText = (text: string): string =>
  text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS - 1)}…` : text
