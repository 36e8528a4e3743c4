"""The templates under the eyes of a stranger: checkov's rules for what is deployed to AWS, and which are not followed."""
