// The floors of src/, lowest first. A room imports from its own floor and from lower ones only.
const FLOORS = [
  ['errors', 'time'],
  ['task', 'canvas', 'schedule', 'retry', 'events', 'stats'],
  ['config', 'codec', 'context'],
  ['engine', 'embedded', 'discovery'],
  ['client', 'worker', 'beat', 'control', 'scaffold'],
  ['app'],
  ['tui', 'web', 'testing'],
  ['cli'],
]

const roomsOf = (names) => `^src/(${names.join('|')})/`

// The public entry gathers everything: nothing below may go through it.
const upward = FLOORS.slice(0, -1).map((names, floor) => ({
  name: `floor-${floor}-looks-up`,
  severity: 'error',
  from: { path: roomsOf(names) },
  to: { path: [roomsOf(FLOORS.slice(floor + 1).flat()), '^src/index\\.ts$'] },
}))

const onlyIn = (rooms, packages) => ({
  name: `${packages[0].replace(/\W+/g, '')}-only-in-${rooms.join('-and-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: roomsOf(rooms) },
  to: { path: packages.flatMap((name) => [`^${name}$`, `^${name}/`, `node_modules/${name}/`]) },
})

const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-bundled', 'npm-no-pkg', 'npm-unknown']
const JUNK = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared', 'types', 'interfaces']

module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'unknown-room',
      comment: 'A folder of src/ that no floor names would be free of every rule above.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: roomsOf(FLOORS.flat()) },
      to: {},
    },
    {
      name: 'services-apart',
      comment: 'Services never import each other: app/ introduces them.',
      severity: 'error',
      from: { path: `^src/(${FLOORS[4].join('|')})/` },
      to: { path: roomsOf(FLOORS[4]), pathNot: '^src/$1/' },
    },
    onlyIn(['tui'], ['ink', 'react']),
    onlyIn(['cli'], ['@oclif/core']),
    onlyIn(['config', 'codec'], ['zod']),
    onlyIn(['engine'], ['bullmq', 'ioredis']),
    onlyIn(['web'], ['prom-client']),
    {
      name: 'domain-is-pure',
      severity: 'error',
      from: { path: roomsOf([...FLOORS[0], ...FLOORS[1]]), pathNot: '^src/(task|schedule)/' },
      to: { dependencyTypes: ['core', ...NPM] },
    },
    {
      name: 'task-is-pure-but-for-metadata',
      severity: 'error',
      from: { path: '^src/task/' },
      to: { dependencyTypes: ['core', ...NPM], pathNot: 'node_modules/reflect-metadata/' },
    },
    {
      name: 'schedule-is-pure-but-for-the-sun',
      severity: 'error',
      from: { path: '^src/schedule/' },
      to: { dependencyTypes: ['core', ...NPM], pathNot: 'node_modules/suncalc/' },
    },
    {
      name: 'src-needs-no-dev-dependency',
      comment: 'js-redis-server is bundled when the package is built.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/js-redis-server/' },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-junk-drawer',
      comment: 'A name says what is inside; these say only that something is.',
      severity: 'error',
      from: {},
      to: { path: JUNK.flatMap((word) => [`/${word}/`, `/${word}[.]tsx?$`]), pathNot: 'node_modules' },
    },
    { name: 'no-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-orphan',
      severity: 'error',
      from: { path: '^src/', orphan: true, pathNot: ['\\.d\\.ts$'] },
      to: {},
    },
  ],
  options: {
    // TypeScript 7 has no API that this tool could parse with; swc's parser sees type-only imports too.
    parser: 'swc',
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
