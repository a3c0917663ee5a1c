"""Signs what it is asked to with the platforms' own packages: a JSON object a line in, a line of text out."""

import hashlib
import json
import sys
from types import SimpleNamespace

from alibabacloud_tea_openapi.utils import Utils
from dingtalkchatbot.chatbot import DingtalkChatbot
from tencentcloud.common.abstract_client import AbstractClient
from wechatpy.client.api.jsapi import WeChatJSAPI
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner


def tencent(case):
    headers = {
        "Content-Type": case["content_type"],
        "Host": case["host"],
        "X-TC-Timestamp": str(case["timestamp"]),
    }
    request = SimpleNamespace(uri=case["path"], data=case["body"], method="POST", header=headers)
    client = AbstractClient.__new__(AbstractClient)
    return client._get_tc3_signature(None, request, case["date"], case["service"], case["key_secret"])


def aliyun(case):
    request = SimpleNamespace(
        method="POST", pathname=case["path"], query=case["query"], headers=case["headers"]
    )
    body = hashlib.sha256(b"").hexdigest()
    return Utils.get_authorization(request, "ACS3-HMAC-SHA256", body, case["key_id"], case["key_secret"])


def robot(case):
    import dingtalkchatbot.chatbot as package

    package.time = SimpleNamespace(time=lambda: case["timestamp_ms"] / 1000)
    bot = DingtalkChatbot("https://oapi.dingtalk.com/robot/send?access_token=T", secret=case["secret"])
    return bot.webhook.split("&sign=")[1]


def page(case):
    api = WeChatJSAPI.__new__(WeChatJSAPI)
    return api.get_jsapi_signature(case["nonce"], case["ticket"], case["timestamp"], case["url"])


def sealed(case):
    """A push as WeChat seals it, with random bytes of the package's own, and its signature."""
    crypto = WeChatCrypto(case["token"], case["key"], case["owner"])
    text = crypto.encrypt_message(case["plain"], case["nonce"], case["timestamp"])
    start = text.index("<Encrypt><![CDATA[") + len("<Encrypt><![CDATA[")
    encrypted = text[start : text.index("]]>", start)]
    signer = WeChatSigner()
    signer.add_data(case["token"], case["timestamp"], case["nonce"], encrypted)
    return encrypted + " " + signer.signature


SIGNERS = {"tencent": tencent, "aliyun": aliyun, "robot": robot, "page": page, "sealed": sealed}

for line in sys.stdin:
    case = json.loads(line)
    print(SIGNERS[case["kind"]](case))
