"""Signing in through a provider of identity: OpenID Connect Core 1.0, the authorization code flow with PKCE."""
