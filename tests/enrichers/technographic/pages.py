"""Pages of invented companies for the tests of this package."""

from __future__ import annotations

ENGLISH = """<!DOCTYPE html><html lang="en"><head>
<meta name="generator" content="WordPress 6.3.2" />
<link rel="stylesheet" href="https://www.brightwell-pumps.example/wp-content/plugins/contact-form-7/includes/css/styles.css?ver=5.8.1">
<link rel='dns-prefetch' href='//fonts.googleapis.com' />
<link rel="canonical" href="https://js.hs-scripts.com/not-a-resource">
<script src="/wp-includes/js/jquery/jquery.min.js?ver=3.7.0"></script>
<!-- <script src="https://widget.intercom.io/widget/abc"></script> -->
<!--[if lt IE 9]><script src="/js/modernizr-2.8.3.min.js"></script><![endif]-->
<script><!--
  (function(i,s,o,g,r,a,m){i['GoogleAnalyticsObject']=r;})(window,document,'script');
  var f = document.createElement('script'); f.src = 'https:\\/\\/s.adroll.com\\/j\\/roundtrip.js';
//--></script>
</head><body class="home page elementor-page">
<p>We used to sell through Magento and talk about Salesforce and HubSpot a lot.</p>
<a href="https://wa.me/15550100200">Chat with us</a>
<form action="https://brightwell.us1.list-manage.com/subscribe/post?u=1"></form>
<iframe src="https://www.google.com/maps/embed?pb=1"></iframe>
</body></html>"""

CHINESE = """<html><head><meta charset="utf-8"><title>青禾阀门有限公司</title>
<link href="/templets/default/style/layui/css/layui.css" rel="stylesheet">
<script src="/js/jquery-1.11.3.min.js"></script>
<script src="/js/jquery.SuperSlide.2.1.3.js"></script>
<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js"></script>
</head><body><a href="tencent://message/?uin=10001">QQ咨询</a>
<div class="TRS_Editor"><p>正文</p></div>
<script>
var _hmt = _hmt || [];
(function() { var hm = document.createElement("script"); hm.src = "https://hm.baidu.com/hm.js?0123"; })();
(function(){ var bp = document.createElement('script'); bp.src = '//push.zhanzhang.baidu.com/push.js'; })();
</script></body></html>"""
