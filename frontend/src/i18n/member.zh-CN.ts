export default {
  title: {
    security: '账号安全', privacy: '隐私与数据', approval: '等您确认的事', org: '组织', ops: '工作台', inbox: '消息',
    'org-apply': '申请入驻', 'org-edit': '修改申请', 'org-members': '成员', 'org-payee': '收款账户',
  },
  confirm: { reason: '原因', reasonOptional: '说明（可不填）' },
  step: { done: '已完成', now: '进行中', later: '还没到', stopped: '没有通过' },
  file: { choose: '选择文件', camera: '拍照', remove: '移除', removeOf: '移除 {name}', openOf: '打开 {name}', sendingOf: '正在上传 {name}' },
  age: { minutes: '已等 {n} 分钟', hours: '已等 {n} 小时', days: '已等 {n} 天' },
  change: {
    what: '内容', before: '原来', after: '改为', yes: '是', no: '否',
    field: { status: '状态', role: '角色', desk: '工作台', holder: '户名', bank: '开户行', number: '账号', agency: '村账镇管代管', roles: '身份', name: '名称', phone: '手机号', value: '内容', village_ids: '服务的村', designations: '称号', township: '乡镇', county: '县', story: '村里的故事', note: '简介', pictures: '照片', kind: '类型', credit_code: '统一社会信用代码', contact_name: '联系人', contact_phone: '联系电话', usable_from: '可用时间', documents: '材料' },
  },
  org: {
    mine: '我的组织', mineNone: '您还没有加入组织。合作社、企业、商协会可以在这里申请入驻。', apply: '申请入驻', unnamed: '还没填名称', tabs: '组织页面', facts: '登记信息', kindLabel: '类型', creditCode: '统一社会信用代码',
    created: '创建时间', submitted: '提交时间', documents: '材料', documentsNone: '没有上传材料。', history: '办理记录', historyNone: '还没有办理记录。', villagesN: '{n} 个村', reason: '审核意见', goOn: '继续填写', changeAgain: '修改后重新提交',
    actFor: '以哪个组织的身份办事', actAny: '不指定，按页面选择', actHint: '您属于多个组织。选定后，接下来的操作都算这个组织的。', actNow: '现在代表：{org}',
    tab: { status: '进度', members: '成员', payee: '收款账户' },
    step: { applied: '主体申请', recommended: '县级推荐', admitted: '平台审核' },
    kind: { cooperative: '合作社', enterprise: '企业', chamber: '商协会', village_collective: '村集体', county: '县', federation: '工商联' },
    status: { draft: '草稿', submitted: '已提交', recommended: '县里已推荐', returned: '退回修改', rejected: '未通过', admitted: '已入驻', suspended: '已暂停' },
    role: { owner: '负责人', packer: '打包员', accountant: '会计', secretary: '秘书', buyer: '采购员', finance: '财务', head: '负责人', operator: '运营', auditor: '审计', liaison: '联络员' },
    words: {
      draft: '申请还没有提交。填好后提交，我们才能看到。', submitted: '申请已收到，正在审核。结果会发到您的消息里。', recommended: '县里已经推荐，等平台审核。结果会发到您的消息里。',
      returned: '请按下面的意见修改，再提交一次。', rejected: '这次申请没有通过，原因在下面。', admitted: '已经入驻，可以开始使用了。', suspended: '已被暂停，原因在下面。如有疑问请联系县里。',
    },
    document: { business_licence: '营业执照', id_card: '法人身份证', bank_permit: '开户许可证', other: '其他材料' },
    documentHint: { business_licence: '拍清楚整张执照，四个角都要拍到。', id_card: '法定代表人身份证的正面和反面。', bank_permit: '没有开户许可证的，可以用基本存款账户信息。', other: '例如章程、荣誉证书，没有就不用传。' },
  },
  creditCode: { hint: '共 {of} 位，在营业执照上，已填 {n} 位', right: '✓ 代码校验通过', empty: '请填写统一社会信用代码', alphabet: '含有不会出现的字符。代码里没有字母 I、O、S、V、Z。', short: '还没有填完，现在 {n} 位', check: '最后一位对不上，请对照执照再看一遍' },
  villagePick: { chosen: '已选的村', search: '搜村名', hint: '输入村名的一两个字，点一下就选上，可以选多个。', removeOf: '不选{village}' },
  apply: {
    change: '修改申请', resumed: '已为您恢复上次填的内容。', anew: '清空重填', step: '第 {n} 步，共 {of} 步', next: '下一步', back: '上一步', submit: '提交申请', sent: '申请已提交', kept: '填的内容会自动保存在这台设备上，随时可以回来接着填。', nothing: '没有填',
    title: { basics: '您是谁', villages: '服务哪些村', documents: '上传材料', check: '核对并提交' },
    lead: { basics: '照着营业执照填，五项就好。', villages: '合作社帮哪些村卖东西？收入会记到这些村集体名下。', documents: '手机拍照就可以，也可以选 PDF。', check: '看看有没有填错，没问题就提交。' },
    who: '申请的类型', kindHint: { cooperative: '卖农产品', enterprise: '买爱心卡、发福利', chamber: '组织会员一起买' },
    name: '名称', nameHint: '和营业执照上的一样', contactName: '联系人', contactPhone: '联系电话', phoneAgain: '原来填的是 {phone}，为了保密请再填一次', villages: '服务的村',
    nextCooperative: '提交以后：先由县里推荐，再由平台审核。每一步都会发消息告诉您。', nextOther: '提交以后：由平台审核，结果会发消息告诉您。',
  },
  member: {
    title: '成员', me: '我自己', since: '{date} 加入', roleOf: '{name}的角色', remove: '移除', removeOf: '移除{name}', leave: '退出', removeAsk: '{name}将不能再代表{org}办事。以前办过的事仍然有记录。', leaveAsk: '您将不能再代表{org}办事，要回来需要重新邀请。', removed: '{name}已不在成员里', roleDone: '{name}现在是{role}', rolesWhat: '各个角色能做什么', colon: '：',
    what: { owner: '管理资料、成员和收款账户', packer: '备货、发货', accountant: '看账、办理收款账户', secretary: '管理资料、成员和收款账户', buyer: '采购、发卡', finance: '看账、办理付款和收款账户', head: '管理资料、成员和收款账户', operator: '审核与日常运营' },
  },
  invitation: {
    mine: '收到的邀请', words: '{org}（{kind}）邀请您做{role}。', until: '{date} 前有效', accept: '接受', decline: '谢绝', accepted: '已加入{org}', declined: '已谢绝{org}的邀请',
    title: '邀请成员', how: '填对方的手机号。对方用这个手机号登录并验证后，就能看到邀请。', role: '角色', send: '发出邀请', sent: '邀请已发出', waiting: '等对方答复', revoke: '撤回', revokeOf: '撤回给 {phone} 的邀请', revoked: '邀请已撤回',
  },
  payee: {
    title: '收款账户', none: '还没有收款账户。货款要等有了账户才能打给您。', holder: '户名', bank: '开户行', number: '账号', bankHint: '写到支行，例如：农村商业银行水车支行', numberBad: '账号应为 8 到 30 位数字', agency: '由乡镇代管（村账镇管）', agencyHint: '村集体的账由乡镇统一管理时勾选，户名可以是乡镇的代管账户。', agencyTag: '村账镇管代管账户',
    coolingUntil: '新账户为了安全先等一段时间，{time} 起才会往里打款。', former: '以前的账户（{n}）', change: '申请更换账户', how: '换账户要两个人：您申请，另一位管理或管钱的成员确认；没有第二位时由平台运营确认。确认后还要过一段安全等待期才会打款。账号只保存加密的，页面上只显示后四位。',
    reason: '为什么要换', ask: '提交申请', asked: '已提交，等另一位成员确认',
  },
  approval: {
    waiting: '等第二个人确认', lead: '办这些事需要两个人：一个人申请，另一个人看过原因和改动后决定。自己申请的不能自己批。', by: '{name}申请', own: '我申请的', ownHint: '这是您自己申请的，要由另一个人决定。', reason: '申请原因', decidedBy: '{name} 于 {time} 决定', expires: '{time} 前没有决定会自动作废', approve: '同意', reject: '不同意', withdraw: '撤回申请', none: '没有这样的申请',
    status: { pending: '待决定', approved: '已同意', rejected: '未同意', withdrawn: '已撤回', expired: '已过期' },
    kind: { payee_account_change: '更换收款账户', role_grant: '授予平台身份' },
    done: { approve: '已同意', reject: '已拒绝', withdraw: '已撤回' },
  },
  inbox: { none: '还没有消息', noneHint: '申请的结果、邀请和要您确认的事，会出现在这里。', unread: '未读', readAll: '全部标为已读', go: '去看看' },
  security: {
    phone: '手机号', phoneIs: '{phone} 已验证。', phoneWhy: '验证后才能收到组织的邀请，也能用短信找回密码。', phoneOwn: '您的手机号（登记的是 {phone}）', verify: '确认验证', phoneDone: '手机号已验证',
    password: '登录密码', passwordHint: '改好以后，其他设备要用新密码重新登录。', current: '现在的密码', next: '新密码', change: '修改密码', passwordDone: '密码已修改，其他设备已退出',
    devices: '登录的设备', thisDevice: '这台设备', unknownDevice: '未知设备', lastUsed: '最近使用 {time} · {peer}', end: '退出', endOf: '让 {device} 退出', ended: '那台设备已退出', everywhere: '退出所有设备', everywhereDo: '全部退出', everywhereAsk: '包括这台设备在内，所有设备都要重新登录。',
  },
  privacy: {
    consents: '我同意过什么', version: '版本 {version}', givenAt: '{time} 同意', withdrawnAt: '{time} 撤回', neverAsked: '还没有表示过', give: '同意', withdraw: '撤回', document: { privacy_policy: '隐私政策', terms_of_service: '服务条款' },
    export: '下载我的数据', exportWords: '一份文件，里面是您的资料、地址、订单、卡和操作记录。', exportDo: '下载', delete: '注销账号', deleteWords: '注销后不能恢复：您的姓名、手机号和地址会被抹去，订单和账目按规定保留，但不再能看出是您。', deleteSure: '我知道注销后不能恢复', deleteDo: '注销账号', deleted: '账号已注销',
    left: { card_balance: '爱心卡里还有余额，请先用完或转出', orders_under_way: '还有订单没有完成', open_orders: '还有订单没有完成', last_manager: '您是一个组织唯一的负责人，请先让别人接手', memberships: '您还在组织里，请先退出', operator: '您还有平台身份，请先交还', pending_approvals: '还有等待决定的申请' },
  },
  error: {
    last_manager: '一个组织至少要留一位负责人，请先让别人接手。', account_in_use: '现在还不能注销，下面这些要先处理：', wrong_code: '验证码不对或已过期，请重新获取。', code_invalid: '验证码不对或已过期，请重新获取。', credit_code_taken: '这个统一社会信用代码已经申请过了。', already_member: '对方已经是成员了。', invitation_gone: '这个邀请已经失效。', phone_not_verified: '请先验证手机号。', own_request: '自己申请的不能自己批。', approval_pending: '已经有一个申请在等决定。', org_suspended: '这个组织已被暂停。', body_too_large: '文件太大了，最多 20 MB。', unsupported_media_type: '不支持这种文件，请用照片或 PDF。', file_unsupported: '不支持这种文件，请用照片或 PDF。', file_unreadable: '这个文件打不开，请换一个。', upload_quota: '上传的文件太多了，请稍后再试。', request_timeout: '上传太慢断开了，请换个网络再试。', sms_unavailable: '短信暂时发不出去，请稍后再试。',
  },
  field: { check_digit: '最后一位对不上，请核对', not_found: '没有找到', taken: '已经用过了', duplicate: '重复了', too_many: '太多了', unknown: '没有这一项', wrong: '不对，请再看看', not_yours: '不是您的' },
}
