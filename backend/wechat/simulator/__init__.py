"""A stand-in for api.weixin.qq.com: it checks what WeChat checks, and misbehaves on request."""
