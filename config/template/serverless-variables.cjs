/** Hands the typed values to serverless.yml, whose variables can load CommonJS only. */
module.exports = async ({ resolveVariable }) => {
  const { templateValues } = require('./template-values.ts');
  return templateValues({ stage: await resolveVariable('sls:stage') });
};
