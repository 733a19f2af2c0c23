// The AWS Solutions pack of cdk-nag on a folder of templates: `node nag.js FOLDER OUT` leaves OUT/validation-report.json.
const fs = require("node:fs");
const path = require("node:path");
const { App, Stack, Validations } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const { AwsSolutionsChecks } = require("cdk-nag");

const [, , folder, outdir] = process.argv;
// It ends well with findings, which are in the report, and tells nobody that it ran.
const app = new App({ outdir, analyticsReporting: false, context: { "@aws-cdk/core:failSynthOnValidationErrors": false } });
for (const file of fs.readdirSync(folder)) {
  const stack = new Stack(app, path.parse(file).name);
  new CfnInclude(stack, "Template", { templateFile: path.join(folder, file) });
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
app.synth();
