aws iam create-role \
  --role-name 'acme-logs' \
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
        "AWS": "arn:aws-us-gov:iam::111111111111:root"
      },
      "Action": "sts:AssumeRole",
      "Condition": {
        "ArnEquals": {
          "aws:PrincipalArn": [
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-issue-credentials",
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-vend-credentials",
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-verify-trust"
          ]
        },
        "StringEquals": {
          "sts:ExternalId": [
            "cb-prod1-0123abcd-0123-4abc-89ab-0123456789ab",
            "cb-prod1-ffffabcd-0123-4abc-89ab-0123456789ab"
          ]
        }
      }
    },
    {
      "Sid": "TagSession",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws-us-gov:iam::111111111111:root"
      },
      "Action": "sts:TagSession",
      "Condition": {
        "ArnEquals": {
          "aws:PrincipalArn": [
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-issue-credentials",
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-vend-credentials",
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-verify-trust"
          ]
        }
      }
    },
    {
      "Sid": "SetSourceIdentity",
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws-us-gov:iam::111111111111:root"
      },
      "Action": "sts:SetSourceIdentity",
      "Condition": {
        "ArnEquals": {
          "aws:PrincipalArn": [
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-issue-credentials",
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-vend-credentials",
            "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-verify-trust"
          ]
        }
      }
    }
  ]
}' \
  --query 'Role.Arn' --output 'text' &&
aws iam put-role-policy \
  --role-name 'acme-logs' \
  --policy-name 'revoke-older-sessions' \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "RevokeOlderSessions",
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": {
        "DateLessThan": {
          "aws:TokenIssueTime": "2026-01-31T12:00:00Z"
        }
      }
    }
  ]
}' &&
aws iam put-role-policy \
  --role-name 'acme-logs' \
  --policy-name 'credential-broker-jobs' \
  --policy-document '{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "ProcessLogs1",
      "Effect": "Allow",
      "Action": [
        "s3:ListBucket"
      ],
      "Resource": [
        "arn:aws-us-gov:s3:::acme-trail"
      ],
      "Condition": {
        "StringEquals": {
          "s3:prefix": [
            "AWSLogs/222222222222/CloudTrail/"
          ]
        }
      }
    },
    {
      "Sid": "ProcessLogs2",
      "Effect": "Allow",
      "Action": [
        "s3:GetObject"
      ],
      "Resource": [
        "arn:aws-us-gov:s3:::acme-trail/AWSLogs/222222222222/CloudTrail/*"
      ]
    },
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
        "arn:aws-us-gov:s3:::acme-prod*",
        "arn:aws-us-gov:s3:::acme-logs*"
      ]
    }
  ]
}'
