"""Templates that the tests of stacks share: a network, which is stubbed, and a service behind a load balancer."""

from __future__ import annotations

NETWORK = """
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  SubnetA:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      AvailabilityZone: !Select [0, !GetAZs '']
      CidrBlock: !Select [0, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]]
  SubnetB:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !Ref Vpc
      AvailabilityZone: !Select [1, !GetAZs '']
      CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]]
"""

BALANCED = f"""
{NETWORK}
  Balancer:
    Type: AWS::ElasticLoadBalancingV2::LoadBalancer
    Properties:
      Subnets: [!Ref SubnetA, !Ref SubnetB]
      LoadBalancerAttributes: [{{Key: idle_timeout.timeout_seconds, Value: 40}}]
  Group:
    Type: AWS::ElasticLoadBalancingV2::TargetGroup
    Properties: {{VpcId: !Ref Vpc, TargetType: ip, Port: 8080, Protocol: HTTP}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 80
      Protocol: HTTP
      DefaultActions: [{{Type: forward, TargetGroupArn: !Ref Group}}]
"""

SERVICE = f"""
Parameters:
  Image: {{Type: String, Default: good}}
  Count: {{Type: Number, Default: 2}}
Resources:
{BALANCED}
  Cluster: {{Type: AWS::ECS::Cluster}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      RequiresCompatibilities: [FARGATE]
      NetworkMode: awsvpc
      Cpu: 256
      Memory: 512
      ContainerDefinitions:
        - Name: app
          Image: !Ref Image
          PortMappings: [{{ContainerPort: 8080}}]
  Service:
    Type: AWS::ECS::Service
    DependsOn: Listener
    Properties:
      Cluster: !Ref Cluster
      TaskDefinition: !Ref Task
      LaunchType: FARGATE
      DesiredCount: !Ref Count
      DeploymentConfiguration: {{DeploymentCircuitBreaker: {{Enable: true, Rollback: true}}}}
      NetworkConfiguration: {{AwsvpcConfiguration: {{Subnets: [!Ref SubnetA, !Ref SubnetB]}}}}
      LoadBalancers: [{{ContainerName: app, ContainerPort: 8080, TargetGroupArn: !Ref Group}}]
Outputs:
  Cluster: {{Value: !Ref Cluster}}
  ClusterArn: {{Value: !GetAtt Cluster.Arn}}
  Task: {{Value: !Ref Task}}
  Service: {{Value: !Ref Service}}
  ServiceName: {{Value: !GetAtt Service.Name}}
  Group: {{Value: !Ref Group}}
  Balancer: {{Value: !Ref Balancer}}
"""
