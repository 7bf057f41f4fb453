export default {
  title: {
    'ops-organisations': '主体', 'ops-organisation': '主体详情', 'ops-approvals': '两人审批', 'ops-people': '人员', 'ops-villages': '村庄', 'ops-campaigns': '活动', 'ops-campaign': '活动详情', 'ops-campaign-new': '新建活动', 'ops-village': '修改村庄', 'ops-village-new': '新增村庄', 'ops-village-import': '批量导入村庄', 'ops-audit': '操作记录', 'ops-failures': '没办成的事', 'ops-refunds': '退款', 'ops-refunds-gateways': '原路退回', 'ops-statements': '全部结算单', 'ops-bank': '银行流水', 'ops-bank-import': '导入银行流水', 'ops-bank-days': '日结', 'ops-bank-transfers': '待转退款', 'ops-ledger': '账本', 'ops-settlements': '结算', 'ops-settlement': '结算批次', 'ops-statement': '结算单', 'ops-ledger-account': '账户明细', 'ops-ledger-transaction': '记账凭证',
  },
  ops: {
    nav: '工作台', readsOnly: '您以审计身份查看，只能看，不能改。个人信息已打码。', search: '搜一搜', searchHint: '名称、信用代码、手机号、订单号、卡号都可以', searchNone: '没有找到', queues: '等着办的事', oldest: '最早的一件{age}', queueEmpty: '没有积压',
    queue: { admissions_county: '待县里推荐', admissions_federation: '待平台审核', approvals: '待第二人审批', refunds_requested: '待合作社答复的退款', refunds_returned: '退货待收的退款', refund_transfers: '待银行转回的退款', gateway_refunds_failing: '原路退不回去的款', bank_differences: '没处理的银行差异', statements_disputed: '有异议的结算单', statements_approved: '待付款的结算单', events_stuck: '卡住的事件', jobs_failed: '失败的任务' },
    found: { organisation: '主体', user: '人员', village: '村庄', order: '订单', card: '爱心卡' },
    status: '状态', anyStatus: '全部状态', anyKind: '全部类型', orgSearch: '名称或信用代码', orgNone: '没有这样的主体', submittedOn: '{date} 提交',
    decide: '办理', noDesk: '您没有县级或平台的工作台，不能办理。', noAction: '现在没有要您办的。', atDesk: '{desk}工作台', reasonSeen: '申请人会看到这段话，请写清楚要改什么。', decided: '{org}：{status}', inAudit: '在操作记录里看',
    verb: { recommend: '推荐', approve: '通过', return: '退回修改', reject: '不通过', suspend: '暂停', reinstate: '恢复' },
    served: '服务的村', servedEdit: '调整服务的村', servedDone: '服务的村已更新', villageFirst: '还没有选服务的村。先在“服务的村”里选定，才能推荐和通过；也可以退回让申请人补填。', save: '保存',
  },
  campaign: {
    none: '还没有活动', draft: '草稿', kindOf: '类型', kind: { season: '消费帮扶季', new_year_fair: '年货节' }, title: '名称', description: '说明', opensOn: '第一天', closesOn: '最后一天', daysOf: '时间', publishedAt: '发布', closedAt: '结束', edit: '修改', saved: '活动已保存',
    goods: '活动商品', noGoods: '还没有商品，请在下面搜索并选入。', offered: '合作社报名', accept: '选入', decline: '不选', takeOut: '移出', search: '搜商品', choose: '选入', isIn: '已选入',
    publish: '发布', publishWhat: '发布后人人可见，到第一天起商品计入活动合计。发布后不能退回草稿。', close: '提前结束', closeWhat: '结束后新订单不再计入，已有的合计不变。结束后不能恢复。',
  },
  people: {
    find: '按手机号找人', findHint: '要完整的 11 位手机号', none: '没有这个手机号的账号', noRoles: '没有平台身份', grant: '授予身份', revoke: '收回', revokeOf: '收回{name}的{role}身份', revokeAsk: '收回后立即生效，正在使用的页面也会失去权限。原因会记入操作记录。', revoked: '已收回{name}的身份', twoPersons: '授予身份要两个人：您申请，另一位运营批准后才生效。', roleLabel: '身份', desk: '工作台', ask: '提交申请', asked: '已提交，等另一位运营批准',
    role: { operator: '运营', auditor: '审计', liaison: '联络员' },
  },
  villageEdit: { new: '新增村庄', import: '批量导入', saved: '{village}已保存', name: '村名', county: '县', code: '行政区划代码', codeHint: '12 位，可不填', produceHint: '用顿号隔开，例如：紫鹊界贡米、土蜂蜜', note: '一句话简介', noteHint: '显示在村庄页最上面', storyHint: '说说这个村：在哪里、种什么、为什么需要帮一把。空一行就是新的一段。', picture: '照片 {n}' },
  collective: { heads: '现任负责人', since: '{date} 起', remove: '解除', removeOf: '解除{name}的负责人身份', removeAsk: '申请解除', removeWhat: '另一位运营人员同意后，此人不再是成员，其发出的邀请一并撤回，本人会收到原因；县里随后可以邀请新的负责人。', removeHow: '负责人邀请错了或联系不上时，由两名运营人员更换：您申请，另一位审批。', removalAsked: '已申请，等另一位运营人员审批', head: '村集体负责人', headHow: '由县里按手机号邀请第一位负责人。对方用这个手机号登录并验证后接受，以后由负责人邀请其他人。', headInstead: '再发一次会撤回上面这个邀请。', countyInvites: '由县级工作台发出邀请。', payeeNone: '还没有收款账户。', payeeHow: '要两个人办，其中一位是没有邀请过该村成员的运营。您申请，由村里的负责人或会计确认；他们是您邀请来的，或者村里还没有人，就由另一位运营确认。确认后还要过一段安全等待期。账号只保存加密的，页面上只显示后四位。' },
  failures: { what: '看哪些', jobs: '失败的任务', events: '卡住的事件', jobsHint: '后台任务几次都没办成。找到原因并处理后，可以让它从停下的地方接着办。', eventsHint: '五分钟以上还没办的事件，会自动一试再试，间隔越来越长；处理好原因后，可以马上再试。', none: '没有', attempts: '试了 {n} 次', internal: '程序内部出错，原因在日志里', again: '再试一次', againOf: '再试一次 {id}', retried: '已安排再试', refused: '因内容有误被拒绝，再试没有用，请改好后重新提交', due: '下次自动再试：{time}', name: { village_import: '导入村庄', bank_import: '导入银行流水', settlement: '结算', notify_message: '站内信与短信' } },
  importing: {
    step1: '1 下载模板，填好', step1Hint: '第一行是列名，请不要改。一行一个村。', xlsx: 'Excel 模板', csv: 'CSV 模板', step2: '2 选填好的文件，先试一遍', step2Hint: '先试算，不会写入。看过结果再决定要不要导入。', sheet: '表格', sending: '正在上传', templateName: '村庄导入模板', fileName: '错误标注-{name}',
    progress: '导入进度', isDry: '试算', isReal: '正式导入', queued: '排队中…', running: '已处理 {done} / {total} 行', failed: '没有做完，停在 {done} / {total} 行', tried: '试算完成：共 {total} 行，{wrong} 处有误', imported: '导入完成：共 {total} 行，新增 {added} 个村', leave: '可以离开或刷新这个页面，任务不会中断，回来还能看到进度。',
    errors: '{n} 处有误', errorsHint: '下载标注了错误的原文件，改好后再选一次。', download: '下载标注错误的文件', whole: '整个文件', row: '行', column: '列', reason: '原因', more: '还有 {n} 处，都在下载的文件里。', allGood: '{n} 行都没问题，可以导入了。', someBad: '有错误时不能导入，请改好后重新选文件。', now: '导入 {n} 行', see: '看村庄列表', anew: '换一个文件',
  },
  error: { no_goods: '先选入至少一件商品，再发布。', campaign_full: '活动商品已到上限。', bank_reference_used: '这个银行流水号已登记过。', differences_open: '当日还有差异，请先处理，或写明结转原因。', day_not_over: '这一天还没有结束。', day_closed: '这一天已经日结。', amount_differs: '金额与订单不一致。', charge_closed: '这张订单已不再等这笔款。', has_head: '村集体已经有负责人了，由负责人邀请其他人。', higher_desk: '这是平台暂停的，要由平台恢复。', last_operator: '平台至少要留一位运营。', other_desk: '这一步由另一个工作台办理。', village_sold: '有商品产自要去掉的村，先处理这些商品：', village_required: '合作社至少服务一个村，请先选定。', not_head: '这个人已不是村集体的负责人。', job_refused: '任务因内容有误被拒绝，请改好后重新提交。', village_exists: '这个村已经有了。', import_rejected: '文件里有错误，没有导入。请下载标注错误的文件，改好后再来。', file_not_a_table: '这不是 Excel 或 CSV 文件。', file_renamed: '文件后缀和内容对不上，请另存为正确的格式。', file_unreadable: '文件坏了或不完整。', file_encoding: '文字编码既不是 UTF-8 也不是 GBK。', file_unzips_too_large: '文件解开后太大了。', too_many_rows: '行太多了，请拆成几个文件。', too_many_columns: '列太多了。', no_rows: '表头下面没有内容。' },
  ledger: {
    sign: '余额为正，表示欠账户主人的钱；银行账户是银行欠平台的，所以为负。全部账户相加必须为零。', code: '账户编码', codeExample: '例如 card: 或 village:', day: '截至哪天', none: '没有这样的账户', noneHint: '账户编码从头匹配；截止日当天结束前已封存的才算。', noEntries: '这段时间没有分录', period: '期间',
    totals: '试算平衡', asOfSeq: '截至第 {seq} 笔', classLabel: '科目', accounts: '账户数', balance: '余额', sum: '合计', balanced: '平衡', unbalanced: '不平', account: '账户', amount: '金额', opening: '期初余额', closing: '期末余额', after: '余额', seq: '第 {seq} 笔',
    reference: '依据',
    basis: { order: '订单 {number}', part: '订单 {number} 的子订单', refund: '订单 {number} 的退款', gatewayRefund: '订单 {number} 的原路退款', unasked: '订单 {number} 不再等的付款', statement: '结算单 {number}', transaction: '被冲正的交易 {number}', bankRow: '银行流水 {number}', cardBatch: '购卡批次 {number}', card: '爱心卡 {number}', other: '{number}' },
    ofOrder: '所付订单', postedAt: '记账时间', sealedAt: '封存', unsealed: '还没有封存', reversed: '这笔已被冲正：', vouchers: '导出凭证', vouchersHint: '每条分录一行，可导入记账软件；不填日期就是全部。',
    holder: {
      bank: '银行存款', bank_unmatched: '待认领的银行来款', bank_refunds_due: '待转的银行退款', gateway: '支付渠道：{name}', gateway_refunds_due: '{name}：待原路退款', card: '爱心卡 {name}', order_held: '订单占用的卡内金额',
      cooperative_pending: '{name}：货款，待结算', cooperative_available: '{name}：货款，可提', freight_pending: '{name}：运费，待结算', village_pending: '{name}集体：份额，待结算', village_available: '{name}集体：份额，可提', enterprise_paid_in: '{name}：购卡款', campaign_subsidy: '活动补贴',
    },
    class: { bank: '银行', card: '爱心卡', cooperative: '合作社', freight: '运费', village: '村集体', enterprise: '企业', gateway: '支付渠道', order: '订单', campaign: '活动补贴' },
    kind: { order_payment: '订单付款', order_hold: '订单占用卡内金额', order_release: '释放占用', sub_order_close: '子订单完成', refund: '退款', gateway_refund: '原路退款', unasked_payment: '订单不再等的付款', bank_receipt: '银行收款', bank_return: '银行退回', payout: '付款', card_funding: '购卡入账', card_issue: '发卡', reversal: '冲正' },
  },
  bank: {
    import: '导入银行流水', see: '看流水与差异', templateName: '银行流水模板', importHint: '一行一笔收款；时间为北京时间，金额以元计，附言保留付款人填写的汇款码。同一流水号只记一次。', imported: '已记入 {added} 笔：自动匹配 {matched} 笔，差异 {differences} 笔；{repeated} 笔此前已记过。',
    none: '没有这样的流水', memo: '附言：{memo}', order: '订单 {id}', returned: '转出流水号 {reference}', carried: '结转原因：{reason}', rows: '{n} 笔',
    status: { open: '没处理的差异', matched: '已匹配', difference: '差异', returned: '已退回' },
    why: { no_code: '附言里没有汇款码', unknown_code: '汇款码不存在', several_codes: '附言里有多个汇款码', wrong_amount: '金额与订单不符', not_awaited: '订单已付清或已取消' },
    match: '匹配到订单', matchHint: '只能匹配正在等这笔转账、金额完全一致的订单。由另一位运营审批后生效。', giveBack: '已退回付款人', giveBackHint: '先在银行转出，再登记转出流水号。由另一位运营审批后记账。', orderNumber: '订单号', reference: '银行流水号', ask: '提交审批', asked: '已提交，等另一位运营审批。', seeApproval: '查看',
    daysHint: '按北京时间分日。日结时核对当日流水与账本；仍有差异时要写明结转原因。日结后不能再记入当日流水。', noDays: '还没有导入过流水', open: '{n} 笔差异没有处理', carriedN: '已结转 {n} 笔差异', closed: '{time} 已日结', close: '日结', closeOf: '日结 {day}', closeWhat: '日结后不能再记入当日流水，也不能撤回。', carryReason: '结转原因', carryHint: '还有 {n} 笔差异没有处理，请写明结转原因。',
    payee: '收款方', transfersHint: '用银行转账付款的订单退款后，在这里按原付款账户转回，再登记流水号。谁导入的那笔付款，要由另一位运营登记退款。', noTransfers: '没有要转的退款', transferDone: '登记已转账', record: '登记', transfer: { queued: '待转账', done: '已转账' },
  },
  refunds: {
    amount: '金额', way: '退款渠道', when: '时间', orderColumn: '订单', what: '合作社和商品', why: '原因和答复', where: '退到哪里', none: '没有这样的退款', open: '等着处理的', anyCoop: '全部合作社', coop: '合作社', line: '{title} {spec} × {n}', lineRest: '{title} {spec} 余款', reason: '原因：{reason}', answer: '合作社答复：{reason}', withdrawn: '买家收回了申请', asked: '{time} 申请', done: '{time} 办结',
    through: { queued: '在退', done: '已退回' }, allThrough: '全部', failing: '试了几次都没成功的', throughHint: '经支付渠道原路退回的钱。没成功的会自动再试，间隔越来越长，最长一小时。一直不成功，请联系支付渠道。', noneThrough: '没有这样的退回', unasked: '订单已不再等这笔付款，全额退回。', tries: '已试 {n} 次，下次 {time}', reference: '渠道流水号 {reference}',
  },
  settle: {
    begin: '现在出结算单', note: '备注（可不填）', begun: '已开始出单', none: '还没有结算', auto: '{period} 月结', manual: '截至 {date} 手工结算', making: '正在出结算单，出齐后自动显示。', counts: '{status} {n} 张', status: { making: '出单中', open: '进行中', closed: '已关闭' },
    ask: '申请付款', askHint: '把已确认、账户可用的结算单交给另一位运营批准。被暂停的组织，已卖出的货款照付。', asked: '已申请，等另一位运营批准', file: '付款文件（{format}）', fileHint: '账号是明文，每次下载都会记录。', fileName: '付款清单-{id}.{format}', close: '关闭结算', askWait: '收款方确认结算单后，才能申请付款。', closeAsk: '关闭后，这一批不能再付款。', closeWait: '所有结算单付清或转下期后，才能关闭。', closed: '结算已关闭',
    answer: '答复异议', answerLabel: '给收款方的答复', theirReason: '对方的异议：{reason}', answered: '已答复，等对方再确认', pay: '登记付款', paid: '付款已登记', paidAt: '银行付款日期',
  },
  audit: {
    actionLabel: '动作', actionExample: '如 organisation.approved', subject: '对象类型', subjectId: '对象编号', requestId: '请求编号', since: '从哪天', until: '到哪天', csv: '下载 CSV', none: '没有这样的记录', system: '系统', from: '来自 {peer}',
    action: {
      job_retried: '重试任务', event_retried: '重试事件',
      settlement_started: '开始结算', settlement_made: '结算单出齐', settlement_closed: '关闭结算', statement_confirmed: '确认结算单', statement_disputed: '对结算单有异议', statement_answered: '答复异议', statement_payout_requested: '申请付款', statement_approved: '批准付款', statement_approval_lapsed: '付款批准失效', statement_paid: '登记付款', payout_approved: '批准付款', payout_file_made: '下载付款文件',
      organisation_created: '新建申请', organisation_changed: '修改申请', organisation_submitted: '提交申请', organisation_recommended: '县里推荐', organisation_admitted: '审核通过', organisation_returned: '退回修改', organisation_rejected: '不通过', organisation_suspended: '暂停主体', organisation_reinstated: '恢复主体', organisation_withdrawn: '撤回入驻申请', organisation_contact_changed: '更换联系人', file_read: '查看材料', audit_exported: '导出操作记录',
      member_invited: '邀请成员', member_joined: '成员加入', member_left: '成员退出', member_removed: '移除成员', member_role_changed: '改成员角色', invitation_accepted: '接受邀请', invitation_revoked: '撤回邀请', invitation_declined: '谢绝邀请', role_granted: '授予身份', role_revoked: '收回身份', payee_account_changed: '更换收款账户',
      approval_requested: '申请审批', approval_approved: '同意', approval_rejected: '不同意', approval_withdrawn: '撤回申请', village_added: '新增村庄', village_changed: '修改村庄', village_import_started: '批量导入村庄', bank_import_started: '导入银行流水', bank_difference_settled: '处理银行差异', bank_day_closed: '银行日结', refund_transferred: '退款已转账', payment_captured: '收到付款', cooperative_villages_changed: '调整服务的村',
      session_started: '登录', user_created: '开通账号', user_registered: '注册', user_password_changed: '修改密码', user_password_reset: '重设密码', consent_given: '同意条款', consent_withdrawn: '撤回同意', session_ended: '退出一台设备', user_deleted: '注销账号', user_exported: '下载数据', user_looked_up: '按手机号查人', user_phone_verified: '验证手机号', user_renamed: '改名', user_signed_out_everywhere: '退出所有设备', card_claimed: '添加爱心卡', order_placed: '下单', order_cancelled: '取消订单', order_refunded: '退款',
    },
  },
}
