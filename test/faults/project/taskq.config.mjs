/** What the row wants of this project. */
const wanted = JSON.parse(process.env.FAULTS_CONFIG ?? '{}')

export default { tasks: ['tasks/*.mjs'], ...wanted }
