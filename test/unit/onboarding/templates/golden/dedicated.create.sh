aws iam create-role \
  --role-name 'credential-broker' \
  --path '/credential-broker/' \
  --description 'Assumed by the credential broker of account 111111111111 for its jobs, in short sessions' \
  --max-session-duration '3600' \
  --assume-role-policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "AssumeRole",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws-eusc:iam::111111111111:root"
      },
      "Action": "sts:AssumeRole",
      "Condition": {
        "ArnEquals": {
          "aws:PrincipalArn": [
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-issue-credentials",
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-vend-credentials",
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-verify-trust"
          ]
        }
      }
    },
    {
      "Sid": "TagSession",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws-eusc:iam::111111111111:root"
      },
      "Action": "sts:TagSession",
      "Condition": {
        "ArnEquals": {
          "aws:PrincipalArn": [
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-issue-credentials",
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-vend-credentials",
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-verify-trust"
          ]
        }
      }
    },
    {
      "Sid": "SetSourceIdentity",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws-eusc:iam::111111111111:root"
      },
      "Action": "sts:SetSourceIdentity",
      "Condition": {
        "ArnEquals": {
          "aws:PrincipalArn": [
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-issue-credentials",
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-vend-credentials",
            "arn:aws-eusc:iam::111111111111:role/credential-broker-prod-verify-trust"
          ]
        }
      }
    }
  ]
}' \
  --query 'Role.Arn' --output 'text' &&
aws iam put-role-policy \
  --role-name 'credential-broker' \
  --policy-name 'credential-broker-jobs' \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ScanAccount1",
      "Effect": "Allow",
      "Action": [
        "s3:ListAllMyBuckets"
      ],
      "Resource": [
        "*"
      ]
    },
    {
      "Sid": "ScanAccount2",
      "Effect": "Allow",
      "Action": [
        "s3:GetBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration"
      ],
      "Resource": [
        "*"
      ]
    }
  ]
}'
