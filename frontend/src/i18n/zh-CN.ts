export default {
  brand: '紫鹊集',
  nav: {
    main: '主导航', tabs: '底部导航', home: '首页', product: '商品', cart: '购物车', cartCount: '购物车，{n} 件', checkout: '确认订单',
    signIn: '登录', cards: '爱心卡', card: '爱心卡明细', orders: '订单', order: '订单详情', villages: '村庄', village: '村庄主页', season: '帮扶活动',
    board: '公开账', claim: '领取爱心卡', account: '我的', missing: '没有这个页面', pay: '演示支付', inbox: '消息', unread: '{n} 条未读消息', notYours: '没有权限',
  },
  ui: {
    skip: '跳到正文', close: '关闭', less: '减少', more: '增加', retry: '再试一次', failed: '没能打开', loading: '正在打开…',
    loadMore: '加载更多', back: '返回', language: '切换语言', all: '全部', pair: '{name}：{value}', gone: '这里没有了', goneHint: '可能已经不在了，或者地址不对。',
  },
  foot: { motto: '买一份山里的收成，给村里添一份收入。', share: '每一笔货款都按公开的规则分给产地村集体一份。', api: '接口文档' },
  search: {
    label: '搜索农产品', example: '搜农产品', go: '搜索', found: '共显示 {n} 件商品', none: '没有找到合适的商品',
    noneHint: '换个词试试，或者看看全部农产品。', clear: '看全部商品', of: '“{q}”的搜索结果', in: '“{place}”里“{q}”的搜索结果', from: '来自{village}的农产品',
    noneIn: '“{place}”里没有“{q}”', narrowHint: '换个词试试，或者到全部农产品里找。', everywhere: '在全部农产品里找', elsewhere: '别处找到的', similar: '相近的商品', perhaps: '也可以看看这些',
  },
  home: { title: '新化山里的收成', lead: '从合作社直接到家，每一单都给村集体留下一份收入。', categories: '分类', sort: '排序' },
  certificate: {
    title: '消费帮扶凭证', check: '核验凭证', code: '凭证号', codeHint: '24 位，可直接粘贴，也可以粘贴网址。', codeBad: '凭证号是 24 位字母和数字。', go: '核验', download: '下载 PDF', version: '第 {n} 版',
    holds: '真实有效，与现在的账一致。', changed: '真实，但出具之后有变动，现在的数见下。', replaced: '{day} 已由新版替代，不再有效。', buyer: '采购单位', period: '期间', of: '范围', oneOrder: '一笔订单', issued: '出具时间', what: '项目', then: '出具时', now: '现在',
    goods: '帮扶货款', share: '村集体份额', asOf: '核对于 {time}，已扣除退款，不含运费。', villages: '帮到的村', see: '查看凭证', hint: '可凭它证明这次购买帮了哪些村，任何人都能核验。', issue: '开具凭证', again: '重新开具', none: '还没有凭证',
  },
  season: {
    until: '到 {day} 为止', go: '去看看', days: '{from} 至 {until}', share: '已为村集体增收', goods: '已售货款', orders: '订单', villages: '惠及村庄', cards: '已发爱心卡', asOf: '截至 {time}，已扣除退款，不含运费。', products: '本季商品', noProducts: '还没有商品',
    phase: { upcoming: '即将开始', running: '进行中', over: '已结束' },
  },
  sort: { newest: '最新上架', price_asc: '价格从低到高', price_desc: '价格从高到低' },
  product: {
    gives: '为村集体增收', choose: '选择规格', quantity: '数量', stock: '还有 {n} 件', few: '只剩 {n} 件', soldOut: '已售完',
    add: '加入购物车', added: '已放入购物车', see: '去看看', share: '本单为村集体增收', shareFor: '本单为{village}集体增收', village: '产地',
    freight: '运费', freightFlat: '每单 {freight}', freightFree: '包邮', about: '商品说明', demo: '演示数据',

  },
  split: {
    title: '每一元去了哪里', coop: '{name}', coopWords: '货款归合作社', village: '{name}集体', villageWords: '记入村集体收入', freight: '运费另计，用于发货，不参与分成。', onTop: '给村集体的这一份由买家在价格之外另付，结算时会单独列出。',
  },
  cart: {
    title: '购物车', empty: '购物车还是空的', emptyHint: '去挑一点山里的收成吧。', shop: '去逛逛', goods: '商品', freight: '运费', total: '合计', perCoop: '每家合作社一份运费',
    changed: '价格已变动，现价 {price}', soldOut: '已售完，结算时不含此件', short: '库存只有 {n} 件，请减少数量', remove: '移除', removeOf: '移除 {title}', checkout: '去结算', guest: '登录后购物车会跟着您，在哪台设备都看得到。',
    none: '没有可以结算的商品', updated: '购物车已更新，合计 {total}',
  },
  checkout: {
    title: '确认订单', address: '收货地址', newAddress: '使用新地址', saveAddress: '保存并使用', keepList: '用已有地址', cards: '用爱心卡支付',
    cardsHint: '默认先用最早到期的卡，也可以自己勾选。', used: '本次使用 {used}', left: '用后剩余 {left}', missing: '还差 {missing}，可以再选一张卡、添加新卡，或用下面的方式支付。', covered: '已选的卡足够支付。',
    noCards: '还没有可用的爱心卡，请在下面添加。', pay: '支付 {total}', goods: '商品清单', unknown: '刚才没有收到结果。订单可能已经成功；再确认一次不会重复下单。',
    askAgain: '再确认一次', seeOrders: '看看我的订单', anew: '我已核对，重新下单', needAddress: '请先选择收货地址', addCard: '添加一张卡', empty: '没有可以结算的商品', priceNow: '请回购物车核对价格或库存。', toCart: '回购物车',
    done: '下单成功，谢谢您！',
    rest: '其余 {rest} 用什么支付', restHint: '先用爱心卡，剩下的在下单后支付；逾期未付，订单自动取消，卡里的钱退回。',
  },
  address: {
    name: '收货人', phone: '手机号', province: '省', city: '市', district: '区县', detail: '详细地址', remove: '删除', removeOf: '删除{name}的地址', none: '填写第一个收货地址', required: '请填写', phoneBad: '请填写 11 位手机号',
  },
  signIn: {
    login: '登录', register: '注册', phone: '手机号', password: '密码', name: '怎么称呼您', code: '短信验证码', sendCode: '获取验证码', sent: '验证码已发送', demoCode: '演示验证码：{code}', passwordHint: '至少 8 位',
    demo: '演示账号，一点即登录', demoHint: '这是演示环境，数据可以随意试用。', welcome: '欢迎，{name}', mergeFailed: '已登录。购物车暂时没能合并，稍后会自动再试。', optional: '演示环境可不填', agree: '我已阅读并同意', terms: '《服务条款》', and: '和', privacy: '《隐私政策》', forgot: '忘记密码', reset: '重设密码', newPassword: '新密码', resetDo: '设为新密码', resetDone: '密码已更新，请用新密码登录',
  },
  role: { buyer: '买家', cooperative: '合作社', enterprise: '企业', operator: '运营', liaison: '联络员', auditor: '审计', chamber: '商协会', village: '村集体' },
  card: {
    signInFirst: '请先登录或注册，再领取这张爱心卡。', fromLink: '核对领取码，点一下就领到您的账户里。',
    title: '我的爱心卡', add: '添加爱心卡', code: '卡密', codeHint: '24 位，不分大小写，可直接粘贴。', submit: '添加', added: '已添加，余额 {balance}', incomplete: '卡密应为 24 位，现在 {n} 位。', balance: '余额', face: '面值 {face}',
    until: '{date} 到期', forever: '长期有效', none: '还没有爱心卡', noneHint: '输入卡密，把卡放进账户。', entries: '明细', noEntries: '还没有明细', toOrder: '看订单', useDemo: '填入演示卡密 {n}', see: '查看 {number} 的明细',
    status: { issued: '待添加', active: '可用', frozen: '已冻结', void: '已作废', expired: '已过期' },
    kind: { issue: '开卡', payment: '支付', hold: '支付（其余部分另付）', release: '没付成，退回', refund: '退款', move: '卡间转移', void: '作废转出', return: '退卡' },
  },
  order: {
    title: '我的订单', number: '订单号', placed: '下单时间', none: '还没有订单', noneHint: '您的第一单会给一个村集体带来收入。', goods: '商品', freight: '运费', discount: '优惠', total: '实付', payments: '支付方式', paidBy: '爱心卡 {number}', refundedTo: '已退回 {amount}',
    share: '本单为村集体增收', lineShare: '为{village}集体增收', refunded: '已退 {n} 件', address: '收货信息', lines: '{n} 件商品', progress: '订单进度', parcels: '由{name}发货', proof: '购买证明号', cancel: '取消订单', cancelPart: '取消这一部分', cancelAsk: '取消后已付的钱会原路退回，村集体的这份收入也会退回。', cancelDo: '确认取消', cancelled: '订单已取消',
    refund: '申请退款', refundTitle: '选择要退的商品', refundHint: '还没有发货，不用等合作社同意，钱按原路退回。', refundUpTo: '确认退款', quantity: '退 {title} 的数量', of: '可退 {n} 件', withFreight: '这家合作社不再发货，运费 {freight} 一并退回。', reason: '原因', reasonDefault: '不想要了', refundDone: '已退款 {amount}', refunds: '退款记录', backTo: '退回爱心卡 {number}：{amount}', shareBack: '村集体退回 {amount}', net: '退款后实付',
    status: { awaiting_payment: '待支付', paid: '已支付，等待发货', partly_shipped: '部分发货', shipped: '已发货', received: '已收货', closed: '已完成', cancelled: '已取消' },
    step: { placed: '已下单', paid: '已支付', shipped: '已发货', received: '已收货', closed: '已完成', cancelled: '已取消' },
    refundStatus: { requested: '审核中', approved: '已同意', returned: '货已退回', refunded: '已退款', rejected: '未通过' },
    paymentStatus: { held: '已预留', awaited: '待支付', released: '未支付，已放弃' }, backToTender: '退回{tender}：{amount}',
    done: '已完成', now: '进行中', later: '还没到', unknown: '刚才没有收到结果。再确认一次不会重复退款。',
  },
  tender: { local: '演示支付', bank_transfer: '对公转账', other: '在线支付' },
  pay: {
    holder: '收款户名', bank: '开户行', number: '账号', memo: '附言', memoHint: '请按应付金额一次转足，并在附言里填写上面的汇款码。到账后由运营核对，订单随即变为已支付。',
    due: '请在 {time} 前支付 {rest}', left: '还剩 {left}', days: '{n} 天', over: '支付时间已过，订单即将自动取消。', go: '去支付', hold: '卡里的 {held} 已为这张订单预留，取消后退回卡里。',
    title: '演示支付', lead: '这里代替真实的支付机构，不会真的扣款。每个按钮演示一种情况。', amount: '应付', until: '截止时间', toOrder: '回到订单', paid: '这一笔已经支付过。再付一次，多付的会自动退回。', gone: '没有这笔待支付的款项',
    once: '支付', twice: '支付，通知发两遍', lost: '支付，但通知丢失', late: '等订单取消后才支付', forged: '不支付，伪造一个通知', fail: '支付失败，返回订单',
    onceDone: '已支付，集市已收到通知。', twiceDone: '已支付，通知发了两遍，集市只记一次。', lostDone: '已支付，但通知丢了。集市约一分钟后会主动查询。', lateDone: '已记下。请取消订单，或等它超时：那时付的款会自动退回。', forgedDone: '没有付款。集市拒绝了伪造的通知（{status}）。', retry: '集市暂时没有收下通知（{status}），稍后会再发。',
  },
  village: {
    title: '村庄', lead: '您买的每一件，都记在它生长的村子名下。', total: '村集体累计增收', pending: '待结转', available: '已可用', produce: '物产', products: '{n} 件商品在售', none: '还没有村庄', see: '看看{village}的农产品', noProducts: '暂时没有在售商品', pendingHint: '确认收货并过了售后期后转为可用。',
    search: '搜村名', township: '乡镇', designation: '称号', mark: { 集体经济薄弱村: '集体经济薄弱村', 乡村振兴重点帮扶村: '乡村振兴重点帮扶村' }, anyTownship: '全部乡镇', noneFound: '没有找到这样的村庄', clear: '清除条件', story: '村里的故事', pictures: '照片', picture: '{village}的照片 {n}', cooperatives: '服务本村的合作社', find: '查找', shown: '已显示 {n} 个村',
  },
  board: {
    title: '公开账', lead: '所有人都能看到的总账：买了多少，村里得了多少。', asOf: '截至 {time}', consumption: '消费帮扶', orders: '订单', buyers: '买家', goods: '货款', refunded: '已退', net: '净消费', shares: '村集体增收', pending: '待结转', available: '已可用', byVillage: '各村收入', village: '村', netSales: '净销售', share: '村集体所得', noSales: '还没有销售记录。', rules: '村集体份额按什么规则算', record: '帮扶记录', recordLead: '来自公开报道，按原文记录，不与上面的数字相加。', kindEmpty: '报道中没有这一类的记录。',
    approx: '约 {n}', people: '{n} 人', times: '{n} 人次', built: '已建 {n} 平方米', building: '在建 {n} 平方米', land: '土地 {n} 亩', sessions: '{n} 期', clinics: '{n} 所', introduced: '由{name}引荐', named: '报道点名', duties: '职责', activities: '活动', yearly: '每村每年至少 {n} 次', inAll: '合计约 {n} 次', items: '{n} 项', least: '至少 {n} 次', period: '报道时段 {from} – {until}', reposted: '{date} 转载', cite: '{publisher}《{title}》',
    section: { organiser: '组织与依据', initiative: '倡议与行动', campaign: '消费帮扶活动', channel: '销售渠道', activity: '结对活动', place: '地点与物产' }, historic: '以下是报道所记，不是商城正在进行的活动。',
    entry: { federation: '牵头单位', co_selector: '共同选派联络员', leadership_meetings: '领导会议', season: '消费帮扶季', festival: '年货节', platform: '平台', association: '协会' }, pairings: '结对', designations: '称号', villagesN: '{n} 个村', partnersN: '{n} 家', source: '来源', open: '阅读原文',
    kind: { industry: '产业帮扶', labour: '劳务帮扶', consumption: '消费帮扶', donation: '捐赠帮扶', collective_share: '村集体分成' },
    pairing: { county: '结对县', village: '结对村', liaison: '派驻联络员', enterprise: '企业', chamber: '商协会' },
  },
  account: { title: '我的', guest: '您还没有登录', guestHint: '登录后可以用爱心卡支付、查看订单。', signOut: '退出登录', signedOut: '已退出登录', language: '语言', cards: '爱心卡', orders: '订单', cart: '购物车', verified: '手机号已验证', unverified: '手机号未验证' },
  notYours: { title: '这个页面不对您开放', hint: '您登录的是{name}，没有打开这个页面所需的身份。', other: '换个账号登录', home: '回首页' },
  missing: { title: '这里什么也没有', hint: '页面可能换了地址。', home: '回首页' },
  error: {
    no_share_rule: '现在不能下单：份额规则还没有配好，请稍后再来。',     nothing_to_certify: '没有已付款的货款，或已全部退回，不能开具凭证。', network: '网络不通，请检查后再试。', timeout: '等了很久没有回应，请再试。', wait: '请等 {seconds} 秒后再试。', invalid_body: '提交的内容有误。', invalid_field: '有些内容填写有误，请检查。', unauthenticated: '请先登录。', token_expired: '登录已过期，请重新登录。', wrong_credentials: '手机号或密码不对。', forbidden: '您不能做这件事。', not_found: '没有找到。', idempotency_key_required: '请求不完整，请刷新后再试。', idempotency_key_invalid: '请求不完整，请刷新后再试。', idempotency_key_reused: '内容已变动，请重新提交。', card_not_usable: '这张卡不能使用，请核对卡密。', card_frozen: '这张卡已被冻结。', card_expired: '这张卡已过期，可在卡片页重新激活。', card_not_accepted: '所选的卡不能用于这单里的某家合作社，请换一张卡。', insufficient_balance: '卡里余额不够。', out_of_stock: '库存不够了。', price_changed: '价格刚刚变动了。', cart_empty: '购物车是空的。', not_for_sale: '这家合作社暂停销售，请先从订单里去掉它的商品。', cart_changed: '购物车里有商品已下架，请再看一看购物车。', not_refundable: '现在不能退款。', refund_exceeds: '超过了可退的数量或金额。', state_conflict: '状态已变化，请刷新后再看。', phone_taken: '这个手机号已经注册过。', too_many_attempts: '尝试太多次了。', unavailable: '服务暂时不可用，请稍后再试。', outcome_unknown: '还不知道结果，请再确认一次。', internal: '出了点问题，请稍后再试。', org_required: '请选择一个组织。',
  },
  field: { province: '请填省级名称，例如湖南省', required: '请填写', invalid: '请检查这一项', too_long: '太长了', too_short: '太短了' },
}
