// Two stacks in three versions, each in a folder of its own: `node app.js FOLDER` leaves FOLDER/1, FOLDER/2 and FOLDER/bad.
const path = require("node:path");
const { App, CfnOutput, Duration, Stack } = require("aws-cdk-lib");
const ec2 = require("aws-cdk-lib/aws-ec2");
const ecs = require("aws-cdk-lib/aws-ecs");
const elb = require("aws-cdk-lib/aws-elasticloadbalancingv2");
const patterns = require("aws-cdk-lib/aws-ecs-patterns");

const image = (name) => ecs.ContainerImage.fromRegistry(`public.ecr.aws/docker/library/${name}`);
const often = { interval: Duration.seconds(10) };

// The pattern that most begin with, with a second container and the circuit breaker.
class Web extends Stack {
  constructor(scope, version) {
    super(scope, "Web");
    const web = new patterns.ApplicationLoadBalancedFargateService(this, "Web", {
      vpc: new ec2.Vpc(this, "Vpc", { maxAzs: 2, natGateways: 1 }),
      desiredCount: 2,
      minHealthyPercent: 100,
      circuitBreaker: { rollback: true },
      taskImageOptions: {
        image: image("node:22"), containerName: "web", containerPort: 3000, environment: { VERSION: version },
      },
    });
    web.targetGroup.configureHealthCheck({ path: "/", ...often });
    web.targetGroup.setAttribute("deregistration_delay.timeout_seconds", "10");
    web.taskDefinition.addContainer("helper", {
      image: image("busybox:1"), essential: false, logging: ecs.LogDrivers.awsLogs({ streamPrefix: "helper" }),
    });
  }
}

// Two services behind one load balancer, by the path; whatever else is asked for is not there.
class Paths extends Stack {
  constructor(scope, version) {
    super(scope, "Paths");
    const vpc = new ec2.Vpc(this, "Vpc", { maxAzs: 2, natGateways: 0 });
    const cluster = new ecs.Cluster(this, "Cluster", { vpc });
    const balancer = new elb.ApplicationLoadBalancer(this, "Balancer", { vpc, internetFacing: true });
    const defaultAction = elb.ListenerAction.fixedResponse(404, { contentType: "text/plain", messageBody: "Nothing." });
    const listener = balancer.addListener("Http", { port: 80, defaultAction });
    for (const [place, name] of ["users", "posts"].entries()) {
      const taskDefinition = new ecs.FargateTaskDefinition(this, `${name}-task`);
      taskDefinition.addContainer(name, {
        image: image("python:3.13"), portMappings: [{ containerPort: 8080 }], environment: { VERSION: version },
      });
      const service = new ecs.FargateService(this, `${name}-service`, {
        cluster, taskDefinition, assignPublicIp: true, desiredCount: 1, minHealthyPercent: 100,
        circuitBreaker: { rollback: true },
      });
      listener.addTargets(name, {
        port: 80, targets: [service], priority: place + 1, deregistrationDelay: Duration.seconds(10),
        conditions: [elb.ListenerCondition.pathPatterns([`/${name}*`])],
        healthCheck: { path: `/${name}`, ...often },
      });
    }
    new CfnOutput(this, "Url", { value: `http://${balancer.loadBalancerDnsName}` });
  }
}

for (const version of ["1", "2", "bad"]) {
  const app = new App({
    outdir: path.join(process.argv[2], version),
    // Flags that a new project has; the first asks for a custom resource, and that for an asset.
    context: {
      "@aws-cdk/aws-ec2:restrictDefaultSecurityGroup": true,
      "@aws-cdk/aws-ecs:arnFormatIncludesClusterName": true,
    },
  });
  new Web(app, version);
  new Paths(app, version === "bad" ? "2" : version);
  app.synth();
}
