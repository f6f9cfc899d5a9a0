# Assumed by the credential broker of account 111111111111 for its jobs, in short sessions.
#
# What to do: save this as main.tf of a directory of its own, call that as a module with the AWS provider of the
# account that we are to work in and the external ID that we sent you as external_id, and apply. Then send us its
# output role_arn: we prove the role before we use it.
# Later: set next_external_id while we replace your external ID, and revoke_before to cut off every older session of
# ours.

variable "external_id" {
  description = "The external ID that we gave you: unique to you, and never chosen by you"
  type        = string

  validation {
    condition     = can(regex("^cb-prod1-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", var.external_id))
    error_message = "external_id must be exactly the external ID that we gave you."
  }
}

variable "next_external_id" {
  description = "Only while your external ID is being replaced: the new one; both open the role until then"
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^(cb-prod1-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})?$", var.next_external_id))
    error_message = "next_external_id must be empty, or exactly the new external ID that we gave you."
  }
}

variable "revoke_before" {
  description = "Your emergency brake: an instant such as 2026-01-31T12:00:00Z; older sessions may do nothing"
  type        = string
  default     = "2026-01-31T12:00:00Z"

  validation {
    condition     = can(regex("^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$", var.revoke_before))
    error_message = "revoke_before must be empty, or an instant of UTC such as 2026-01-31T12:00:00Z."
  }
}

resource "aws_iam_role" "broker" {
  name                 = "acme-logs"
  path                 = "/credential-broker/"
  description          = "Assumed by the credential broker of account 111111111111 for its jobs, in short sessions"
  max_session_duration = 3600
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "AssumeRole"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-us-gov:iam::111111111111:root"
        }
        Action = "sts:AssumeRole"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-issue-credentials",
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-vend-credentials",
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-verify-trust",
            ]
          }
          StringEquals = {
            "sts:ExternalId" = compact([var.external_id, var.next_external_id])
          }
        }
      },
      {
        Sid    = "TagSession"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-us-gov:iam::111111111111:root"
        }
        Action = "sts:TagSession"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-issue-credentials",
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-vend-credentials",
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-verify-trust",
            ]
          }
        }
      },
      {
        Sid    = "SetSourceIdentity"
        Effect = "Allow"
        Principal = {
          AWS = "arn:aws-us-gov:iam::111111111111:root"
        }
        Action = "sts:SetSourceIdentity"
        Condition = {
          ArnEquals = {
            "aws:PrincipalArn" = [
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-issue-credentials",
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-vend-credentials",
              "arn:aws-us-gov:iam::111111111111:role/credential-broker-prod-verify-trust",
            ]
          }
        }
      },
    ]
  })
}

resource "aws_iam_role_policy" "jobs" {
  name = "credential-broker-jobs"
  role = aws_iam_role.broker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ProcessLogs1"
        Effect   = "Allow"
        Action   = ["s3:ListBucket"]
        Resource = ["arn:aws-us-gov:s3:::acme-trail"]
        Condition = {
          StringEquals = {
            "s3:prefix" = ["AWSLogs/222222222222/CloudTrail/"]
          }
        }
      },
      {
        Sid      = "ProcessLogs2"
        Effect   = "Allow"
        Action   = ["s3:GetObject"]
        Resource = ["arn:aws-us-gov:s3:::acme-trail/AWSLogs/222222222222/CloudTrail/*"]
      },
      {
        Sid      = "ScanAccount1"
        Effect   = "Allow"
        Action   = ["s3:ListAllMyBuckets"]
        Resource = ["*"]
      },
      {
        Sid    = "ScanAccount2"
        Effect = "Allow"
        Action = [
          "s3:GetBucketPublicAccessBlock",
          "s3:GetEncryptionConfiguration",
        ]
        Resource = [
          "arn:aws-us-gov:s3:::acme-prod*",
          "arn:aws-us-gov:s3:::acme-logs*",
        ]
      },
    ]
  })
}

resource "aws_iam_role_policy" "revocation" {
  count = var.revoke_before == "" ? 0 : 1
  name  = "revoke-older-sessions"
  role  = aws_iam_role.broker.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "RevokeOlderSessions"
        Effect   = "Deny"
        Action   = "*"
        Resource = "*"
        Condition = {
          DateLessThan = {
            "aws:TokenIssueTime" = var.revoke_before
          }
        }
      },
    ]
  })
}

output "role_arn" {
  description = "Give this to us: we prove it before we use it"
  value       = aws_iam_role.broker.arn
}
