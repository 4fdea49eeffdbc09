export default { tasks: ['tasks/*.mjs'] }
